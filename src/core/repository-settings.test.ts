import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FormatName, Instant, RepositoryName } from "./names.ts";
import { membersOf, type Repository } from "./repository.ts";
import {
  describingFault,
  membersFault,
  newRepository,
  type RepositorySettings,
  settingsFault,
} from "./repository-settings.ts";

const MADE = { format: "python" as FormatName, createdAt: 0 as Instant };

function repository(name: string, settings: RepositorySettings): Repository {
  return newRepository(name as RepositoryName, settings, MADE);
}

test("a repository of each kind is right with nothing but its kind", () => {
  for (const kind of ["local", "remote", "virtual"] as const) {
    const made = repository("alice/dev", { kind });
    assert.equal(settingsFault(made), null);
    assert.equal(
      membersFault(made, null, () => null),
      null,
    );
  }
});

test("a new repository is published to by its owner and read by everybody", () => {
  const made = repository("alice/dev", { kind: "local" });
  assert.ok(made.kind === "local");
  assert.deepEqual([made.publishers, made.readers], [["alice"], [":ANONYMOUS:"]]);
});

test("a new local repository does not let files be replaced; what others hold may change", () => {
  const made = (["local", "remote", "virtual"] as const).map((kind) => repository("alice/dev", { kind }).mutability);
  assert.deepEqual(made, ["immutable", "volatile", "volatile"]);
});

test("a key that this server's own addresses begin with is no repository's", () => {
  for (const name of ["root/simple", "root/API", "root/ui"]) {
    assert.match(settingsFault(repository(name, { kind: "local" })) ?? "", /own addresses/);
  }
  assert.equal(settingsFault(repository("alice/simple", { kind: "local" })), null);
});

test("a list of rights names somebody in every entry", () => {
  for (const spec of ["", "a\nb", "x".repeat(201)]) {
    assert.match(settingsFault(repository("alice/dev", { kind: "local", publishers: [spec] })) ?? "", /publishers/);
    assert.match(settingsFault(repository("alice/dev", { kind: "virtual", readers: [spec] })) ?? "", /readers/);
  }
});

test("an upstream is asked no more rarely than once a year, and not in fractions of a second", () => {
  for (const freshForSeconds of [-1, 0.5, 31_536_001, Number.NaN]) {
    assert.match(settingsFault(repository("root/up", { kind: "remote", freshForSeconds })) ?? "", /freshForSeconds/);
  }
});

test("a flat page may be called anything; an index of projects is a folder", () => {
  const url = "https://upstream.invalid/links.html?all=1";
  assert.equal(settingsFault(repository("root/up", { kind: "remote", url, layout: "flat" })), null);
  assert.match(settingsFault(repository("root/up", { kind: "remote", url })) ?? "", /query/);
});

test("what people follow to the upstream is no script", () => {
  const webUrlFormat = "javascript:alert('{name}')";
  assert.match(settingsFault(repository("root/up", { kind: "remote", webUrlFormat })) ?? "", /https/);
});

test("what describes a repository has a limit", () => {
  const described = { title: null, description: null, customData: null };
  assert.match(describingFault({ ...described, title: "x".repeat(10_001) }) ?? "", /title/);
  assert.match(describingFault({ ...described, customData: { a: "x".repeat(100_001) } }) ?? "", /custom data/);
  assert.equal(describingFault({ ...described, customData: { a: "x" } }), null);
});

test("what a remote does when its upstream fails is said in whole numbers within reason", () => {
  for (const [settings, words] of [
    [{ assumedOfflineSeconds: -1 }, /assumedOfflineSeconds must be a whole number/],
    [{ unusedForHours: 0.5 }, /unusedForHours must be a whole number/],
    [{ timeoutMilliseconds: 0 }, /timeoutMilliseconds must be a whole number from 1/],
    [{ timeoutMilliseconds: 600_001 }, /timeoutMilliseconds must be a whole number from 1/],
  ] as const) {
    assert.match(settingsFault(repository("root/up", { kind: "remote", ...settings })) ?? "", words);
  }
});

test("a proxy is an address of its own, without a password that readers would see", () => {
  const fault = (proxy: string): string | null => settingsFault(repository("root/up", { kind: "remote", proxy }));
  assert.equal(fault("http://proxy.example:3128"), null);
  assert.match(fault("socks5://proxy.example") ?? "", /must begin with https/);
  assert.match(fault("http://me:secret@proxy.example") ?? "", /must not hold a password/);
  assert.doesNotMatch(fault("http://me:secret@proxy.example") ?? "", /secret/);
  assert.match(fault("http://proxy.example/path") ?? "", /ends after host and port/);
});

test("a pattern that can fit no path is refused, and so are too many", () => {
  const fault = (excludes: readonly string[]): string | null =>
    settingsFault(repository("root/dev", { kind: "local", excludes }));
  assert.equal(fault(["acme-*/**", "**/*.exe", ""]), null);
  assert.match(fault(["../**"]) ?? "", /excludes cannot be taken/);
  assert.match(fault(Array.from({ length: 201 }, (_, index) => `p${index}/**`)) ?? "", /more than 200 patterns/);
});

test("members of another format are no members", () => {
  const npm = newRepository("root/npm" as RepositoryName, { kind: "local" }, { ...MADE, format: "npm" as FormatName });
  const all = repository("root/all", { kind: "virtual", members: [npm.name] });
  assert.match(membersFault(all, null, () => npm) ?? "", /format npm/);
});

test("on any graph a repository is refused exactly when it would reach itself", () => {
  const names = ["a", "b", "c", "d", "e"].map((name) => `alice/${name}` as RepositoryName);
  const graph = fc.array(fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(graph, (edges) => {
      const all = new Map(
        names.map((name, index) => [name, repository(name, { kind: "local", bases: edges[index] ?? [] })]),
      );
      for (const one of all.values()) {
        const fault = membersFault(one, one, (name) => all.get(name) ?? null);
        assert.equal(fault !== null, reaches(one, one.name, all), `${one.name} in ${JSON.stringify(edges)}`);
      }
    }),
  );
});

/** The simplest way to tell: everything that can be reached in as many steps as there are repositories. */
function reaches(from: Repository, to: RepositoryName, all: ReadonlyMap<RepositoryName, Repository>): boolean {
  let reached = new Set(membersOf(from));
  for (let step = 0; step < all.size; step += 1) {
    reached = new Set([...reached, ...[...reached].flatMap((name) => membersOf(all.get(name) ?? from))]);
  }
  return reached.has(to);
}
