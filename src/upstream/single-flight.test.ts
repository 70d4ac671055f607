import assert from "node:assert/strict";
import { test } from "node:test";
import { singleFlight } from "./single-flight.ts";

test("those who ask while it runs share one execution and its result", async () => {
  const flights = singleFlight<number>();
  const gate = Promise.withResolvers<number>();
  let runs = 0;
  const work = () => {
    runs += 1;
    return gate.promise;
  };
  const all = [flights.run("a", work), flights.run("a", work), flights.run("a", work)];
  gate.resolve(7);
  assert.deepEqual(await Promise.all(all), [7, 7, 7]);
  assert.equal(runs, 1);
});

test("another key runs by itself, and a finished one runs again", async () => {
  const flights = singleFlight<string>();
  let runs = 0;
  const work = async () => {
    runs += 1;
    return `run ${runs}`;
  };
  assert.deepEqual(await Promise.all([flights.run("a", work), flights.run("b", work)]), ["run 1", "run 2"]);
  assert.equal(await flights.run("a", work), "run 3");
  assert.equal(flights.size, 0);
});

test("an error is everybody's, and is not remembered", async () => {
  const flights = singleFlight<string>();
  const failing = () => Promise.reject(new Error("no"));
  await assert.rejects(Promise.all([flights.run("a", failing), flights.run("a", failing)]), /no/);
  assert.equal(await flights.run("a", async () => "yes"), "yes");
});

test("a caller who leaves does not end the work of the others", async () => {
  const flights = singleFlight<string>();
  const gate = Promise.withResolvers<string>();
  const leaver = new AbortController();
  const first = flights.run("a", () => gate.promise, leaver.signal);
  const second = flights.run("a", () => assert.fail("ran twice"));
  leaver.abort(new Error("gone home"));
  await assert.rejects(first, /gone home/);
  gate.resolve("done");
  assert.equal(await second, "done");
});
