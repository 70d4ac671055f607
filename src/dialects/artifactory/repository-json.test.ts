import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type FormatName,
  type Instant,
  type JsonObject,
  newRepository,
  RegistryError,
  type Repository,
  type RepositoryName,
  type Sealed,
} from "#core";
import { changedRepository, configurationOf, readNewRepository } from "./repository-json.ts";

const KNOWN = ["root/pypi-local", "root/pypi-remote"];
const CONTEXT = {
  named: (key: string) => (KNOWN.find((name) => name === `root/${key.toLowerCase()}`) ?? null) as RepositoryName | null,
  seal: (secret: string) => `sealed ${secret}` as Sealed,
};

function made(body: JsonObject): Repository {
  const settings = readNewRepository(body, CONTEXT);
  return newRepository("root/made" as RepositoryName, settings, {
    format: "generic" as FormatName,
    createdAt: 0 as Instant,
  });
}

function shown(repository: Repository, isFull = true): JsonObject {
  return configurationOf(repository, { exists: (name) => KNOWN.includes(name), isFull });
}

test("a local repository is made of its class alone, and shows Artifactory's defaults", () => {
  const { key, rclass, packageType, includesPattern, excludesPattern, priorityResolution, handleReleases } = shown(
    made({ rclass: "local" }),
  );
  assert.deepEqual(
    { key, rclass, packageType, includesPattern, excludesPattern, priorityResolution, handleReleases },
    {
      key: "made",
      rclass: "local",
      packageType: "generic",
      includesPattern: "**/*",
      excludesPattern: "",
      priorityResolution: false,
      handleReleases: true,
    },
  );
});

test("what holds files is open to nobody but whom a permission target names; a virtual one leaves that to its members", () => {
  assert.deepEqual(made({ rclass: "local" }).readers, []);
  assert.deepEqual(made({ rclass: "remote", url: "https://files.example" }).readers, []);
  assert.deepEqual(made({ rclass: "virtual" }).readers, [":ANONYMOUS:"]);
});

test("a local repository may be deployed to again, and its package type is written in any case", () => {
  const repository = made({ rclass: "LOCAL", packageType: "PyPI" });
  assert.deepEqual([repository.mutability, repository.format], ["volatile", "python"]);
});

test("fields that mean nothing here are given back, and null means the default", () => {
  const repository = made({ rclass: "local", yumRootDepth: 3, notes: "n", xrayIndex: null, description: null });
  const { yumRootDepth, notes, xrayIndex, description } = shown(repository);
  assert.deepEqual([yumRootDepth, notes, xrayIndex, description], [3, "n", false, ""]);
});

test("patterns are lists with commas between them", () => {
  const repository = made({ rclass: "local", includesPattern: "com/**, org/**", excludesPattern: "**/*.tmp" });
  assert.deepEqual([repository.includes, repository.excludes], [["com/**", "org/**"], ["**/*.tmp"]]);
  assert.equal(shown(repository)["includesPattern"], "com/**,org/**");
  assert.deepEqual(made({ rclass: "local", includesPattern: "**/*" }).includes, []);
});

test("a remote repository has Artifactory's periods and does not fail with its upstream", () => {
  const repository = made({ rclass: "remote", url: "https://files.example", packageType: "pypi" });
  assert.ok(repository.kind === "remote");
  assert.deepEqual(
    [repository.freshForSeconds, repository.missingForSeconds, repository.assumedOfflineSeconds, repository.failsHard],
    [7200, 1800, 300, false],
  );
  assert.equal(repository.url, "https://files.example/simple/");
});

test("the index of a Python remote is at the registry's address and the suffix", () => {
  const address = (fields: JsonObject) => {
    const repository = made({ rclass: "remote", packageType: "pypi", url: "https://files.example", ...fields });
    return repository.kind === "remote" ? repository.url : null;
  };
  assert.equal(address({ pyPIRegistryUrl: "https://index.example" }), "https://index.example/simple/");
  assert.equal(
    address({ pyPIRegistryUrl: "https://devpi.example/root/pypi/", pyPIRepositorySuffix: "+simple" }),
    "https://devpi.example/root/pypi/+simple/",
  );
  assert.equal(address({ pyPIRegistryUrl: "https://index.example/simple/" }), "https://index.example/simple/");
  assert.equal(made({ rclass: "remote", url: "https://x.example/a" }).kind, "remote");
});

test("a remote's address is shown as it was given, and anew where it was changed by other means", () => {
  const repository = made({
    rclass: "remote",
    packageType: "pypi",
    url: "https://files.example",
    pyPIRegistryUrl: "https://index.example",
  });
  const fields = ({ url, pyPIRegistryUrl, pyPIRepositorySuffix }: JsonObject) => [
    url,
    pyPIRegistryUrl,
    pyPIRepositorySuffix,
  ];
  assert.deepEqual(fields(shown(repository)), ["https://files.example", "https://index.example", "simple"]);
  assert.ok(repository.kind === "remote");
  const moved = { ...repository, url: "https://other.example/root/pypi/+simple/" };
  assert.deepEqual(fields(shown(moved)), [
    "https://other.example/root/pypi",
    "https://other.example/root/pypi",
    "+simple",
  ]);
});

test("a password is sealed and never shown, and an empty one with the same name leaves it as it is", () => {
  const repository = made({ rclass: "remote", url: "https://files.example", username: "u", password: "secret" });
  assert.ok(repository.kind === "remote");
  assert.equal(repository.credentials, "sealed u:secret");
  assert.ok(!JSON.stringify(shown(repository)).includes("secret"));
  assert.deepEqual([shown(repository)["username"], shown(repository, false)["username"]], ["u", ""]);
  const same = changedRepository(repository, { username: "u", password: "" }, CONTEXT);
  assert.ok(same.kind === "remote" && same.credentials === "sealed u:secret");
  const none = changedRepository(repository, { username: "", password: "" }, CONTEXT);
  assert.ok(none.kind === "remote" && none.credentials === null);
});

test("a virtual repository names its members by key, in order and in any case", () => {
  const repository = made({
    rclass: "virtual",
    packageType: "pypi",
    repositories: ["Pypi-Remote", "pypi-local"],
    defaultDeploymentRepo: "pypi-local",
  });
  const { repositories, defaultDeploymentRepo } = shown(repository);
  assert.deepEqual([repositories, defaultDeploymentRepo], [["pypi-remote", "pypi-local"], "pypi-local"]);
});

test("members that are gone are not shown", () => {
  const repository = made({ rclass: "virtual", repositories: ["pypi-local"], defaultDeploymentRepo: "pypi-local" });
  const { repositories, defaultDeploymentRepo } = configurationOf(repository, { exists: () => false, isFull: true });
  assert.deepEqual([repositories, defaultDeploymentRepo], [[], ""]);
});

test("the safe way to merge is the default, and Artifactory's a choice", () => {
  const safe = made({ rclass: "virtual" });
  const merged = made({ rclass: "virtual", resolution: "merge", remotes: "union" });
  assert.ok(safe.kind === "virtual" && merged.kind === "virtual");
  assert.deepEqual([safe.resolution, merged.resolution, merged.remotes], ["shadow", "merge", "union"]);
});

test("what is not given stays when a repository is changed", () => {
  const repository = made({ rclass: "local", description: "d", excludesPattern: "x/**", custom: 1 });
  const changed = changedRepository(repository, { key: "made", notes: "n", excludesPattern: null }, CONTEXT);
  const { description, excludesPattern, custom, notes } = shown(changed);
  assert.deepEqual([description, excludesPattern, custom, notes], ["d", "x/**", 1, "n"]);
});

test("a federated repository is a local one that says what it was made as", () => {
  const repository = made({ rclass: "federated" });
  assert.equal(repository.kind, "local");
  assert.equal(shown(repository)["rclass"], "federated");
});

test("ill-formed configurations are refused", () => {
  const bad: readonly JsonObject[] = [
    {},
    { rclass: "remote" },
    { rclass: "mirror" },
    { rclass: "local", packageType: "no such type" },
    { rclass: "local", description: 1 },
    { rclass: "local", blackedOut: "perhaps" },
    { rclass: "remote", url: "https://x.example", retrievalCachePeriodSecs: -1 },
    { rclass: "virtual", repositories: "pypi-local" },
    { rclass: "virtual", repositories: ["nothing"] },
    { rclass: "virtual", resolution: "guess" },
  ];
  for (const body of bad) assert.throws(() => readNewRepository(body, CONTEXT), RegistryError, JSON.stringify(body));
});

test("class and package type cannot change", () => {
  const repository = made({ rclass: "local", packageType: "pypi" });
  for (const body of [{ rclass: "remote" }, { packageType: "generic" }]) {
    assert.throws(() => changedRepository(repository, body, CONTEXT), RegistryError);
  }
});

test("what nobody here understands is shown to who administers, and secrets among it are not kept", () => {
  const repository = made({
    rclass: "remote",
    packageType: "pypi",
    url: "https://name:hidden@files.example",
    pyPIRegistryUrl: "https://index.example",
    bearerToken: "hidden",
    clientTlsCertificate: "alias",
    enableTokenAuthentication: true,
  });
  assert.equal(repository.kept?.["bearerToken"], undefined);
  const full = shown(repository);
  assert.deepEqual([full["clientTlsCertificate"], full["enableTokenAuthentication"]], ["alias", true]);
  const toReaders = shown(repository, false);
  assert.deepEqual(
    [toReaders["url"], toReaders["pyPIRegistryUrl"], toReaders["pyPIRepositorySuffix"]],
    ["https://index.example", "https://index.example", "simple"],
  );
  assert.notEqual(toReaders["clientTlsCertificate"], "alias");
  assert.doesNotMatch(JSON.stringify(toReaders), /hidden/);
});
