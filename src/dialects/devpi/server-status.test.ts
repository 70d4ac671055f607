import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "#core";
import { A_SERVER, openSpokenWorld } from "../../../tests/support/spoken-world.ts";
import { devpiDialect } from "./devpi.ts";

/** All that devpi-server 6.20 tells of a server that is no replica. */
const FIELDS = [
  "serverdir",
  "uuid",
  "versioninfo",
  "server-code",
  "host",
  "port",
  "outside-url",
  "serial",
  "last-commit-timestamp",
  "event-serial",
  "event-serial-timestamp",
  "event-serial-in-sync-at",
  "metrics",
  "role",
  "polling_replicas",
];

function resultOf({ body }: { readonly body: unknown }): JsonObject {
  return (body as { readonly result: JsonObject }).result;
}

test("+status has every field of devpi's, and says how far the journal goes and since when", async () => {
  await using world = await openSpokenWorld(devpiDialect);

  const result = resultOf(await world.ask("GET", "/+status"));

  assert.deepEqual(Object.keys(result).sort(), FIELDS.toSorted());
  assert.equal(result["uuid"], "installation-1");
  assert.equal(result["role"], "MASTER");
  assert.deepEqual([result["serial"], result["event-serial"]], [world.registry.head, world.registry.head]);
  assert.equal(result["last-commit-timestamp"], Date.UTC(2026, 10, 24, 10, 42, 18) / 1000);
  for (const [name, kind, value] of result["metrics"] as [string, string, number][]) {
    assert.match(name, /^vivarium_[a-z_]+$/);
    assert.equal(kind, "gauge");
    assert.ok(Number.isFinite(value), name);
  }
});

test("where things are on the machine is told to root alone", async () => {
  await using world = await openSpokenWorld(devpiDialect);
  await world.makeUsers("alice");

  for (const wish of [{}, { as: "alice" }]) {
    const { serverdir, "server-code": code } = resultOf(await world.ask("GET", "/+status", wish));
    assert.deepEqual([serverdir, code], [null, null]);
  }
  assert.equal(resultOf(await world.ask("GET", "/+status", { as: "root" }))["serverdir"], A_SERVER.dataFolder);
});
