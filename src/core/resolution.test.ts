import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FormatName, Instant, ProjectName, RepositoryName } from "./names.ts";
import type { LocalRepository, Merging, RemoteRepository, Repository, VirtualRepository } from "./repository.ts";
import { modelOrder, modelPlan } from "./resolution.model.ts";
import { type Hold, isReserved, mayBeSkipped, planFor, reachedFrom, searchOrder } from "./resolution.ts";

const FOO = "foo" as ProjectName;
const RUNS = 2000;

test("bases are looked into breadth first, and remotes after everything else", () => {
  const world = worldOf(
    local("a/top", { bases: ["a/left", "root/pypi", "a/right"] }),
    local("a/left", { bases: ["a/deep"] }),
    local("a/right", {}),
    local("a/deep", {}),
    remote("root/pypi"),
  );

  assert.deepEqual(orderOf(world, "a/top"), ["a/top", "a/left", "a/right", "a/deep", "root/pypi"]);
});

test("a repository that can be reached in several ways, or from itself, is asked once, where it is met first", () => {
  const world = worldOf(
    local("a/top", { bases: ["a/left", "a/right"] }),
    local("a/left", { bases: ["a/shared"] }),
    local("a/right", { bases: ["a/shared", "a/top"] }),
    local("a/shared", { bases: ["a/left"] }),
  );

  assert.deepEqual(orderOf(world, "a/top"), ["a/top", "a/left", "a/right", "a/shared"]);
});

test("a base that is gone is skipped, and the repository goes on working", () => {
  const world = worldOf(local("a/top", { bases: ["a/gone", "a/there"] }), local("a/there", {}));

  assert.deepEqual(orderOf(world, "a/top"), ["a/top", "a/there"]);
});

test("a virtual repository dissolves into its members", () => {
  const world = worldOf(
    virtual("a/all", { members: ["a/inner", "root/pypi"] }),
    virtual("a/inner", { members: ["a/dev"] }),
    local("a/dev", {}),
    remote("root/pypi"),
  );

  assert.deepEqual(orderOf(world, "a/all"), ["a/dev", "root/pypi"]);
});

test("a name that is held locally is never asked upstream", () => {
  const world = worldOf(local("a/dev", { bases: ["root/pypi"] }), remote("root/pypi"));

  assert.deepEqual(planOf(world, "a/dev", ["a/dev"]), {
    locals: ["a/dev"],
    remotes: [],
    shadowed: [{ remote: "root/pypi", by: "a/dev" }],
  });
  assert.deepEqual(planOf(world, "a/dev", []), { locals: [], remotes: ["root/pypi"], shadowed: [] });
});

test("the whitelist opens the remotes for the listed projects only, and a star for all", () => {
  for (const [whitelist, remotes] of [
    [["foo"], ["root/pypi"]],
    [["*"], ["root/pypi"]],
    [["bar"], []],
  ] as const) {
    const world = worldOf(local("a/dev", { bases: ["root/pypi"], whitelist }), remote("root/pypi"));
    assert.deepEqual(planOf(world, "a/dev", ["a/dev"]).remotes, remotes);
  }
});

test("with the intersection, a base cannot open what the asked index has not opened", () => {
  const world = worldOf(
    local("a/dev", { bases: ["a/base"] }),
    local("a/base", { bases: ["root/pypi"], whitelist: ["foo"] }),
    remote("root/pypi"),
  );

  assert.deepEqual(planOf(world, "a/dev", ["a/base"]).remotes, []);
});

test("with the union, a list further on opens the remotes also behind the one that holds the project, as in devpi", () => {
  const world = worldOf(
    local("a/dev", { bases: ["a/base"], whitelistInheritance: "union" }),
    local("a/base", { bases: ["root/pypi"], whitelist: ["foo"] }),
    remote("root/pypi"),
  );

  assert.deepEqual(planOf(world, "a/dev", ["a/dev"]), { locals: ["a/dev"], remotes: ["root/pypi"], shadowed: [] });
});

test("a virtual repository's own whitelist is the first on the way", () => {
  const members = ["a/dev", "root/pypi"];
  const opened = [virtual("a/all", { members, whitelist: ["foo"] }), local("a/dev", {}), remote("root/pypi")];
  const closed = [virtual("a/all", { members }), local("a/dev", { whitelist: ["foo"] }), remote("root/pypi")];

  assert.deepEqual(planOf(worldOf(...opened), "a/all", ["a/dev"]).remotes, ["root/pypi"]);
  assert.deepEqual(planOf(worldOf(...closed), "a/all", ["a/dev"]).remotes, []);
});

test("where members are merged, remotes are asked although the project is held", () => {
  const world = worldOf(local("a/dev", { bases: ["root/pypi"], resolution: "merge" }), remote("root/pypi"));

  assert.deepEqual(planOf(world, "a/dev", ["a/dev"]).remotes, ["root/pypi"]);
});

test("a remote that is asked directly answers", () => {
  assert.deepEqual(planOf(worldOf(remote("root/pypi")), "root/pypi", []).remotes, ["root/pypi"]);
});

test("on any graph, the search order is that of the model", () => {
  fc.assert(
    fc.property(worlds(), (world) => {
      for (const asked of world.values()) {
        assert.deepEqual(namesOf(searchOrder(asked, find(world))), namesOf(modelOrder(asked, world)));
      }
    }),
    { numRuns: RUNS },
  );
});

test("on any graph, the plan is that of the model", () => {
  fc.assert(
    fc.property(worlds(), holdings(), (world, holders) => {
      for (const asked of world.values()) {
        const plan = planFor(asked, FOO, reachedFrom(asked, find(world)), ({ name }) => holders.get(name) ?? null);
        assert.deepEqual(plan, modelPlan(asked, FOO, world, holders));
      }
    }),
    { numRuns: RUNS },
  );
});

test("on any graph that opens nothing, a held name never leaves the house, whatever has priority or is blacked out", () => {
  fc.assert(
    fc.property(worlds(fc.constantFrom([], ["bar"]), fc.constant("shadow")), fc.subarray(NAMES), (world, holding) => {
      const everywhere = new Map([...world].filter(([, one]) => one.isBlackedOut !== true));
      for (const asked of world.values()) {
        const hold = ({ name }: LocalRepository): Hold => (holding.includes(name) ? "held" : null);
        const plan = planFor(asked, FOO, reachedFrom(asked, find(world)), hold);
        const remotes = plan.turns.flatMap((turn) => turn.remotes);
        const isHeld = plan.withheld.length > 0 || plan.turns.some(({ locals }) => locals.length > 0);
        if (isHeld) assert.deepEqual(remotes, []);
        const reachable = asked.isBlackedOut === true ? [] : searchOrder(asked, find(everywhere));
        assert.equal(
          remotes.length + plan.shadowed.length,
          reachable.filter(({ kind }) => kind === "remote").length,
          "every remote is asked or accounted for",
        );
      }
    }),
    { numRuns: RUNS },
  );
});

test("on any graph, whoever has priority answers alone, and priority opens no upstream", () => {
  fc.assert(
    fc.property(worlds(), holdings(), (world, holders) => {
      for (const asked of world.values()) {
        const hold = ({ name }: LocalRepository): Hold => holders.get(name) ?? null;
        const plan = planFor(asked, FOO, reachedFrom(asked, find(world)), hold);
        const [first] = plan.turns;
        assert.ok(plan.turns.length <= 2);
        if (plan.turns.length === 2) assert.deepEqual(first?.locals, [], "the answer would have been there");
        const plain = new Map([...world].map(([name, one]) => [name, { ...one, hasPriority: false }]));
        const without = planFor(
          plain.get(asked.name) ?? asked,
          FOO,
          reachedFrom(plain.get(asked.name) ?? asked, find(plain)),
          hold,
        );
        const opened = new Set(without.turns.flatMap(({ remotes }) => remotes.map(({ name }) => name)));
        for (const turn of plan.turns) for (const { name } of turn.remotes) assert.ok(opened.has(name), name);
      }
    }),
    { numRuns: RUNS },
  );
});

test("a member with priority that has the project answers alone", () => {
  const members = ["a/dev", "a/house"];
  const world = worldOf(virtual("a/all", { members }), local("a/dev", {}), {
    ...local("a/house", {}),
    hasPriority: true,
  });

  assert.deepEqual(turnsOf(world, "a/all", ["a/dev", "a/house"]), [[["a/house"], []]]);
  assert.deepEqual(turnsOf(world, "a/all", ["a/dev"]), [[["a/dev"], []]]);
});

test("a remote with priority is asked alone first, and the others only where it does not have the project", () => {
  const members = ["root/house", "root/pypi"];
  const house = { ...remote("root/house"), hasPriority: true };
  const world = worldOf(virtual("a/all", { members, remotes: "union" }), remote("root/pypi"), house);

  assert.deepEqual(turnsOf(world, "a/all", []), [
    [[], ["root/house"]],
    [[], ["root/pypi"]],
  ]);
});

test("where members are merged, a held project with priority keeps the other remotes out", () => {
  const world = worldOf(
    virtual("a/all", { members: ["a/house", "root/pypi"], resolution: "merge" }),
    { ...local("a/house", {}), hasPriority: true },
    remote("root/pypi"),
  );

  assert.deepEqual(turnsOf(world, "a/all", ["a/house"]), [[["a/house"], []]]);
  assert.deepEqual(planOf(world, "a/all", ["a/house"]).shadowed, [{ remote: "root/pypi", by: "a/house" }]);
});

test("a held name is not asked of a remote because that has priority", () => {
  const world = worldOf(virtual("a/all", { members: ["a/dev", "root/up"] }), local("a/dev", {}), {
    ...remote("root/up"),
    hasPriority: true,
  });

  assert.deepEqual(turnsOf(world, "a/all", ["a/dev"]), [[["a/dev"], []]]);
});

test("a virtual member's priority is that of all that it shows", () => {
  const world = worldOf(
    virtual("a/all", { members: ["a/dev", "a/inner"] }),
    { ...virtual("a/inner", { members: ["a/house"] }), hasPriority: true },
    local("a/house", {}),
    local("a/dev", {}),
  );

  assert.deepEqual(turnsOf(world, "a/all", ["a/dev", "a/house"]), [[["a/house"], []]]);
});

test("what is blacked out shows nothing, and its names stay in the house", () => {
  const world = worldOf(
    virtual("a/all", { members: ["a/dark", "root/pypi"] }),
    { ...local("a/dark", {}), isBlackedOut: true },
    remote("root/pypi"),
  );

  assert.deepEqual(orderOf(world, "a/all"), ["root/pypi"]);
  assert.deepEqual(planOf(world, "a/all", ["a/dark"]), {
    locals: [],
    remotes: [],
    shadowed: [{ remote: "root/pypi", by: "a/dark" }],
  });
  assert.deepEqual(planOf(world, "a/all", []).remotes, ["root/pypi"]);
  assert.deepEqual(orderOf(world, "a/dark"), []);
});

test("what a blacked out repository leads to is found where another way leads to it", () => {
  const world = worldOf(
    virtual("a/all", { members: ["a/dark", "a/lit"] }),
    { ...virtual("a/dark", { members: ["a/dev", "a/hidden"] }), isBlackedOut: true },
    virtual("a/lit", { members: ["a/dev"] }),
    local("a/dev", {}),
    local("a/hidden", {}),
  );

  assert.deepEqual(orderOf(world, "a/all"), ["a/dev"]);
});

test("an upstream that does not answer is skipped only where a virtual repository merges and the remote says so", () => {
  const soft = { ...remote("root/up"), failsHard: false };
  const merging = virtual("a/all", { members: ["root/up"], resolution: "merge" });

  assert.ok(mayBeSkipped(merging, soft));
  assert.ok(!mayBeSkipped(merging, remote("root/up")));
  assert.ok(!mayBeSkipped(virtual("a/all", { members: ["root/up"] }), soft));
  assert.ok(!mayBeSkipped(local("a/dev", { bases: ["root/up"], resolution: "merge" }), soft));
  assert.ok(!mayBeSkipped(soft, soft));
});

test("patterns stand on the way to all that is behind them", () => {
  const up = { ...remote("root/up"), excludes: ["acme-*/**"] };
  const world = worldOf({ ...virtual("a/all", { members: ["root/up"] }), includes: ["**/*.whl"] }, up);

  assert.deepEqual(
    reachedFrom(at(world, "a/all"), find(world)).map(({ patterns }) => patterns),
    [
      [
        { includes: ["**/*.whl"], excludes: [] },
        { includes: [], excludes: ["acme-*/**"] },
      ],
    ],
  );
});

test("a name is reserved by itself or by a prefix, and by nothing else", () => {
  const reserved = ["acme", "acme-*"];

  assert.ok(isReserved("acme" as ProjectName, reserved));
  assert.ok(isReserved("acme-billing" as ProjectName, reserved));
  assert.ok(!isReserved("acmeology" as ProjectName, reserved));
  assert.ok(!isReserved("my-acme" as ProjectName, reserved));
  assert.ok(!isReserved("acme" as ProjectName, []));
});

type World = ReadonlyMap<RepositoryName, Repository>;

test("constraints stand on the way to all that is behind them, and not to what has a shorter way", () => {
  const up = remote("root/up");
  const some = { ...virtual("a/some", { members: ["root/up"] }), constraints: ["foo<2"] };
  const all = new Map<RepositoryName, Repository>([up, some].map((one) => [one.name, one]));
  const waysFrom = (asked: Repository) =>
    reachedFrom(asked, (name) => all.get(name) ?? null).map(({ source, constraints }) => [source.name, constraints]);

  assert.deepEqual(waysFrom(local("a/dev", { bases: ["a/some"] })), [
    ["a/dev", []],
    ["root/up", [["foo<2"]]],
  ]);
  assert.deepEqual(waysFrom({ ...local("a/dev", { bases: ["a/some"] }), constraints: ["*"] }), [
    ["a/dev", [["*"]]],
    ["root/up", [["*"], ["foo<2"]]],
  ]);
  assert.deepEqual(waysFrom(local("a/dev", { bases: ["a/some", "root/up"] })), [
    ["a/dev", []],
    ["root/up", []],
  ]);
});

function worldOf(...repositories: readonly Repository[]): World {
  return new Map(repositories.map((repository) => [repository.name, repository]));
}

function find(world: World): (name: RepositoryName) => Repository | null {
  return (name) => world.get(name) ?? null;
}

function namesOf(repositories: readonly Repository[]): readonly string[] {
  return repositories.map(({ name }) => name);
}

function at(world: World, name: string): Repository {
  const repository = world.get(name as RepositoryName);
  assert.ok(repository !== undefined);
  return repository;
}

function orderOf(world: World, asked: string): readonly string[] {
  return namesOf(searchOrder(at(world, asked), find(world)));
}

function planned(world: World, name: string, holders: readonly string[]) {
  const asked = at(world, name);
  return planFor(asked, FOO, reachedFrom(asked, find(world)), (source) =>
    holders.includes(source.name) ? "held" : null,
  );
}

function planOf(world: World, name: string, holders: readonly string[]) {
  const { turns, shadowed } = planned(world, name, holders);
  return {
    locals: turns.flatMap(({ locals }) => namesOf(locals)),
    remotes: turns.flatMap(({ remotes }) => namesOf(remotes)),
    shadowed,
  };
}

/** Of each turn: the local repositories, the remote ones. */
function turnsOf(world: World, name: string, holders: readonly string[]) {
  return planned(world, name, holders).turns.map(({ locals, remotes }) => [namesOf(locals), namesOf(remotes)]);
}

const NAMES = ["g/0", "g/1", "g/2", "g/3", "g/4"] as RepositoryName[];

/** Up to five repositories of any kind that name each other, themselves and what is not there, in any order. */
function worlds(
  whitelist: fc.Arbitrary<readonly string[]> = fc.constantFrom([], ["*"], ["foo"], ["bar"], ["foo", "bar"]),
  resolution: fc.Arbitrary<Merging["resolution"]> = fc.constantFrom("shadow", "shadow", "merge"),
): fc.Arbitrary<World> {
  const members = fc.shuffledSubarray([...NAMES, "g/gone" as RepositoryName], { maxLength: 4 });
  const merging = fc.record({
    whitelist,
    resolution,
    whitelistInheritance: fc.constantFrom("intersection" as const, "union" as const),
    remotes: fc.constantFrom("first" as const, "union" as const),
  });
  const extras = fc.record({
    hasPriority: fc.constantFrom(false, false, true),
    isBlackedOut: fc.constantFrom(false, false, false, true),
  });
  const made = fc.tuple(fc.constantFrom("local", "local", "remote", "virtual"), members, merging, extras);
  return fc.array(made, { minLength: 1, maxLength: NAMES.length }).map((all) =>
    worldOf(
      ...all.map(([kind, others, how, extra], index) => {
        const name = NAMES[index] ?? "";
        if (kind === "remote") return { ...remote(name), ...extra };
        return kind === "local"
          ? { ...local(name, { ...how, bases: others }), ...extra }
          : { ...virtual(name, { ...how, members: others }), ...extra };
      }),
    ),
  );
}

/** What each of them has of the project, should it be a local one. */
function holdings(): fc.Arbitrary<ReadonlyMap<RepositoryName, "held" | "released">> {
  const hold = fc.constantFrom("held" as const, "held" as const, "released" as const, null);
  return fc
    .tuple(...NAMES.map(() => hold))
    .map((holds) => new Map(NAMES.flatMap((name, index) => (holds[index] == null ? [] : [[name, holds[index]]]))));
}

type Shape = { readonly [Key in keyof Merging]?: Key extends "whitelist" ? readonly string[] : Merging[Key] };

function local(name: string, { bases = [], ...merging }: Shape & { readonly bases?: readonly string[] }) {
  const repository: LocalRepository = {
    ...common(name),
    ...mergingOf(merging),
    kind: "local",
    bases: bases as readonly RepositoryName[],
    publishers: [],
    testResultWriters: [],
    validation: "strict",
    reserved: [],
  };
  return repository;
}

function virtual(name: string, { members, ...merging }: Shape & { readonly members: readonly string[] }) {
  const repository: VirtualRepository = {
    ...common(name),
    ...mergingOf(merging),
    kind: "virtual",
    members: members as readonly RepositoryName[],
    publishTo: null,
  };
  return repository;
}

function remote(name: string): RemoteRepository {
  return {
    ...common(name),
    kind: "remote",
    url: "https://upstream.example/simple/",
    credentials: null,
    freshForSeconds: 1800,
    missingForSeconds: 1800,
    noProjectList: false,
    useExternalUrls: false,
    layout: "simple",
    webUrlFormat: null,
    ignoreSerialHeader: false,
  };
}

function mergingOf({ whitelist = [], ...rest }: Shape): Merging {
  return {
    resolution: "shadow",
    remotes: "first",
    whitelistInheritance: "intersection",
    ...rest,
    whitelist: whitelist as Merging["whitelist"],
  };
}

function common(name: string) {
  return {
    name: name as RepositoryName,
    format: "python" as FormatName,
    title: null,
    description: null,
    customData: null,
    readers: [":ANONYMOUS:"],
    mutability: "volatile" as const,
    createdAt: 0 as Instant,
  };
}
