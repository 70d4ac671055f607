import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type {
  FormatName,
  Instant,
  JsonObject,
  LocalRepository,
  ProjectName,
  RemoteRepository,
  Repository,
  RepositoryName,
  Sealed,
  VirtualRepository,
} from "#core";
import { RegistryError } from "#core";
import { indexConfigOf, newRepositoryFrom, readOptions, readType, withOptions } from "./index-options.ts";
import { optionsOf, readModification } from "./key-values.ts";
import type { ValueContext } from "./option-values.ts";

const NAME = "alice/dev" as RepositoryName;
const CONTEXT: ValueContext = {
  normalize: (name) => (/^[\w.-]+$/.test(name) ? (name.toLowerCase().replace(/[-_.]+/g, "-") as ProjectName) : null),
  exists: (name) => ["root/pypi", "alice/base", "bob/dev"].includes(name),
};
const seal = (secret: string) => `sealed(${secret})` as Sealed;

test("a stage that is made without options has devpi's defaults", () => {
  assert.deepEqual(indexConfigOf(stageOf({})), {
    type: "stage",
    volatile: true,
    bases: [],
    acl_upload: ["alice"],
    acl_toxresult_upload: [":ANONYMOUS:"],
    acl_read: [":ANONYMOUS:"],
    mirror_whitelist: [],
    mirror_whitelist_inheritance: "intersection",
  });
});

test("a mirror shows the options that were set and no others", () => {
  const mirror = mirrorOf({
    volatile: "False",
    title: "Public",
    mirror_url: "https://upstream.example/simple",
    mirror_web_url_fmt: "https://upstream.example/project/{name}/",
  });

  assert.deepEqual(indexConfigOf(mirror), {
    type: "mirror",
    volatile: false,
    title: "Public",
    mirror_url: "https://upstream.example/simple/",
    mirror_web_url_fmt: "https://upstream.example/project/{name}/",
  });
});

test("texts are converted as devpi converts them", () => {
  const config = indexConfigOf(
    stageOf({
      bases: "/root/pypi/, alice/base,,",
      volatile: "no",
      acl_upload: "alice,:anonymous:, :Authenticated:",
      acl_read: ["bob", ":team"],
      mirror_whitelist: "Foo_Bar,*",
      mirror_whitelist_inheritance: "UNION",
    }),
  );

  assert.deepEqual(config["bases"], ["root/pypi", "alice/base"]);
  assert.equal(config["volatile"], false);
  assert.deepEqual(config["acl_upload"], ["alice", ":ANONYMOUS:", ":AUTHENTICATED:"]);
  assert.deepEqual(config["acl_read"], ["bob", ":team"]);
  assert.deepEqual(config["mirror_whitelist"], ["foo-bar", "*"]);
  assert.equal(config["mirror_whitelist_inheritance"], "union");
});

test("an index created over this protocol unites the mirrors it asks, as devpi does", () => {
  assert.equal(stageOf({}).remotes, "union");
});

for (const [given, message] of [
  [{ zzz: 1 }, "indexconfig got unexpected keyword arguments: zzz=1"],
  [{ bases: "not/exists" }, "base index 'not/exists' does not exist"],
  [{ bases: "root/dev/123" }, "invalid base index spec: 'root/dev/123'"],
  [{ volatile: "perhaps" }, "Unknown boolean value 'perhaps'."],
  [{ mirror_whitelist_inheritance: "some" }, /must be 'intersection' or 'union'/],
  [{ acl_upload: 3 }, "Unknown list value 3."],
  [{ volatile: 5 }, "Unknown boolean value 5."],
  [{ zzz: true, yyy: ["a", null] }, "indexconfig got unexpected keyword arguments: zzz=True, yyy=['a', None]"],
  [{ constraints: "foo" }, "indexconfig got unexpected keyword arguments: constraints=foo"],
  [{ volatile: null }, "Default values can't be removed."],
  [{ constructor: 1 }, "indexconfig got unexpected keyword arguments: constructor=1"],
] as const) {
  test(`a stage refuses ${JSON.stringify(given)}`, () => {
    assert.throws(() => readOptions("stage", given as JsonObject, CONTEXT), refusedWith(message));
  });
}

for (const [given, message] of [
  [{ mirror_url: "ftp://upstream.example/" }, "'mirror_url' option must be a URL."],
  [{ mirror_cache_expiry: "soon" }, "'mirror_cache_expiry' option must be an integer"],
  [{ mirror_cache_expiry: -1 }, "'mirror_cache_expiry' option must be an integer"],
] as const) {
  test(`a mirror refuses ${JSON.stringify(given)}`, () => {
    assert.throws(() => readOptions("mirror", given, CONTEXT), refusedWith(message));
  });
}

test("an unknown type of index is refused", () => {
  assert.throws(() => readType({ type: "pool" }), refusedWith("unknown index type 'pool'"));
});

test("options of stages are ignored on a mirror", () => {
  const options = readOptions("mirror", { bases: "nowhere", acl_upload: "x", mirror_whitelist: "*" }, CONTEXT);

  assert.deepEqual(options, {});
});

test("a mirror keeps and shows what it is told of its upstream's metadata, until that is taken away", () => {
  const mirror = mirrorOf({ mirror_provides_core_metadata: "yes" });

  assert.equal(indexConfigOf(mirror)["mirror_provides_core_metadata"], true);
  assert.equal("mirror_provides_core_metadata" in indexConfigOf(mirrorOf({})), false);
  const list = readModification(["mirror_provides_core_metadata-="]);
  const after = withOptions(mirror, optionsOf(list, mirror, CONTEXT), seal);
  assert.equal("mirror_provides_core_metadata" in indexConfigOf(after), false);
});

test("a constrained index is a virtual repository that shows what its lines admit, and reads back as it was made", () => {
  const given = { bases: "root/pypi", constraints: "# ours\nfoo>=1,<2\n\n*\n", acl_upload: "alice" };
  const index = constrainedOf(given);

  assert.equal(index.kind, "virtual");
  assert.deepEqual(index.constraints, ["foo>=1,<2", "*"]);
  const shown = indexConfigOf(index);
  assert.deepEqual(
    [shown["type"], shown["bases"], shown["constraints"]],
    ["constrained", ["root/pypi"], ["foo>=1,<2", "*"]],
  );
  assert.deepEqual(changed(index, shown), index);
});

test("constraints are added and removed line by line, commas and all", () => {
  const index = constrainedOf({ constraints: ["foo>=1,<2"] });

  const after = withOptions(index, optionsOf(readModification(["constraints+=*"]), index, CONTEXT), seal);
  assert.deepEqual(after.constraints, ["foo>=1,<2", "*"]);
  const less = withOptions(after, optionsOf(readModification(["constraints-=foo>=1,<2"]), after, CONTEXT), seal);
  assert.deepEqual(less.constraints, ["*"]);
  assert.throws(() => optionsOf(readModification(["constraints-="]), index, CONTEXT), refusedWith(/Default values/));
});

test("a mirror can be limited to a constraints file by itself", () => {
  const mirror = mirrorOf({ constraints: ["foo<2", "*"] });

  assert.deepEqual(indexConfigOf(mirror)["constraints"], ["foo<2", "*"]);
  assert.deepEqual(changed(mirror, indexConfigOf(mirror)), mirror);
});

test("what was never set, or is no option at all, can be removed without harm", () => {
  const stage = stageOf({});

  assert.deepEqual(optionsOf(readModification(["title-=", "zzz-="]), stage, CONTEXT), { title: null });
});

test("a login in a mirror's address is sealed and never shown", () => {
  const mirror = mirrorOf({ mirror_url: "https://me:p%40ss@upstream.example/simple/" });

  assert.equal(mirror.credentials, "sealed(me:p@ss)");
  assert.equal(indexConfigOf(mirror)["mirror_url"], "https://upstream.example/simple/");
});

test("a mirror's login stays when its address is sent back, and goes to no other server", () => {
  const mirror = mirrorOf({ mirror_url: "https://me:secret@upstream.example/simple/" });

  assert.equal(changed(mirror, { mirror_url: "https://upstream.example/simple/" }).credentials, "sealed(me:secret)");
  assert.equal(changed(mirror, { mirror_url: "https://elsewhere.example/simple/" }).credentials, null);
});

test("what an index shows can be sent back and changes nothing", () => {
  for (const index of [stageOf({ bases: "root/pypi", title: "Ours", custom_data: "x" }), mirrorOf({}), virtual()]) {
    const envelope = { type: "indexconfig", result: { ...indexConfigOf(index), projects: ["foo"] } };

    const options = optionsOf(readModification(envelope), index, CONTEXT);

    assert.deepEqual(withOptions(index, options, seal), index);
  }
});

test("options that are not given stay, also those that devpi has no words for", () => {
  const before: LocalRepository = { ...stageOf({ bases: "root/pypi" }), reserved: ["acme-*"], validation: "legacy" };

  const after = changed(before, { title: "Ours" });

  assert.deepEqual(after, { ...before, title: "Ours" });
});

test("any options that a stage takes, it shows, and takes again as shown", () => {
  const options = fc.record(
    {
      volatile: fc.boolean(),
      title: fc.string(),
      custom_data: fc.oneof(fc.string(), fc.dictionary(fc.string(), fc.integer())),
      bases: fc.subarray(["root/pypi", "alice/base", "bob/dev"]),
      acl_upload: fc.subarray(["alice", "bob", ":team", ":ANONYMOUS:"]),
      acl_read: fc.subarray(["alice", ":AUTHENTICATED:"]),
      mirror_whitelist: fc.subarray(["*", "foo", "foo-bar"]),
      mirror_whitelist_inheritance: fc.constantFrom("union", "intersection"),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(options, (given) => {
      const made = stageOf(given as JsonObject);
      const shown = indexConfigOf(made);
      for (const [key, value] of Object.entries(given)) assert.deepEqual(shown[key], value);
      assert.deepEqual(changed(made, shown), made);
    }),
  );
});

test("a virtual repository reads as a stage with bases, and its members can be changed", () => {
  const all = virtual();

  assert.equal(indexConfigOf(all)["type"], "stage");
  assert.deepEqual(indexConfigOf(all)["bases"], ["alice/base", "root/pypi"]);
  assert.deepEqual((changed(all, { bases: "bob/dev" }) as VirtualRepository).members, ["bob/dev"]);
  assert.throws(() => changed(all, { acl_upload: "bob" }), refusedWith(/virtual and holds no files/));
});

function stageOf(given: JsonObject): LocalRepository {
  const made = newRepositoryFrom("stage", readOptions("stage", given, CONTEXT), NAME, seal);
  return { ...BLANK_STAGE, ...made } as LocalRepository;
}

function mirrorOf(given: JsonObject): RemoteRepository {
  const made = newRepositoryFrom("mirror", readOptions("mirror", given, CONTEXT), NAME, seal);
  return { ...COMMON, missingForSeconds: 60, layout: "simple", ...made } as RemoteRepository;
}

function constrainedOf(given: JsonObject): VirtualRepository {
  const made = newRepositoryFrom("constrained", readOptions("constrained", given, CONTEXT), NAME, seal);
  return { ...COMMON, ...made } as VirtualRepository;
}

function virtual(): VirtualRepository {
  return {
    ...COMMON,
    kind: "virtual",
    title: null,
    description: null,
    customData: null,
    readers: [":ANONYMOUS:"],
    mutability: "immutable",
    resolution: "shadow",
    remotes: "first",
    whitelist: [],
    whitelistInheritance: "intersection",
    members: ["alice/base", "root/pypi"] as RepositoryName[],
    publishTo: "alice/base" as RepositoryName,
  };
}

function changed<Kind extends Repository>(current: Kind, given: JsonObject): Kind {
  return withOptions(current, optionsOf({ kind: "object", given }, current, CONTEXT), seal) as Kind;
}

function refusedWith(message: string | RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RegistryError && "because" in error.problem);
    if (typeof message === "string") assert.equal(error.problem.because, message);
    else assert.match(error.problem.because, message);
    return true;
  };
}

const COMMON = { name: NAME, format: "python" as FormatName, createdAt: 0 as Instant };
const BLANK_STAGE = { ...COMMON, validation: "strict", reserved: [] };
