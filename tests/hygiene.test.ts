import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((path) => path !== "" && existsSync(path));

test("the public index's host stands nowhere in the repository", () => {
  // Put together so that this file does not contain it either.
  const hosts = [
    ["pypi", "org"],
    ["pythonhosted", "org"],
    ["registry", "npmjs", "org"],
  ].map((parts) => parts.join("."));
  const guilty = tracked.filter((path) => {
    const text = readFileSync(path, "utf8");
    return hosts.some((host) => text.includes(host));
  });
  assert.deepEqual(guilty, []);
});

test("the lock file carries no resolved addresses", () => {
  assert.doesNotMatch(readFileSync("package-lock.json", "utf8"), /"resolved"/);
});

test("every dependency is pinned exactly", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8"));
  for (const group of ["dependencies", "devDependencies", "optionalDependencies"]) {
    for (const [name, version] of Object.entries(manifest[group] ?? {})) {
      assert.match(String(version), /^\d+\.\d+\.\d+$/, `${name} is not pinned`);
    }
  }
});
