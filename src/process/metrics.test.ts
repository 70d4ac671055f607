import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant, Seq } from "#core";
import type { MetadataStore } from "#stores";
import { metricsText } from "./metrics.ts";

const origin = {
  origin: 'http://up.example"',
  requests: 7,
  underWay: 2,
  failures: 5,
  isOpen: true,
  lastFailureAt: 1 as Instant,
};

const text = (origins: readonly (typeof origin)[]): Promise<string> =>
  metricsText({
    metadata: {
      head: 42 as Seq,
      read: async () => ({ projects: 3, artifacts: 9, sizeBytes: 1234 }),
    } as unknown as MetadataStore,
    upstreams: {
      figures: () => origins,
      for: () => assert.fail("metrics ask no upstream"),
      send: () => assert.fail("metrics send nothing"),
      [Symbol.asyncDispose]: async () => {},
    },
    version: "1.2.3",
    process: {
      startedAtSeconds: 100,
      memory: () => ({ rss: 1, heapUsed: 2, external: 3 }),
      cpuSeconds: () => 4.5,
      eventLoopUtilization: () => 0.25,
    },
  });

test("what is stored, each upstream and the process have their figures", async () => {
  const lines = (await text([origin])).split("\n");
  for (const line of [
    'vivarium_info{version="1.2.3"} 1',
    "vivarium_journal_head 42",
    "vivarium_stored_files 9",
    "vivarium_stored_bytes 1234",
    'vivarium_upstream_requests_total{origin="http://up.example\\""} 7',
    'vivarium_upstream_resting{origin="http://up.example\\""} 1',
    "process_cpu_seconds_total 4.5",
    "process_resident_memory_bytes 1",
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

test("every line is one of OpenMetrics, and every family is told once", async () => {
  const lines = (await text([])).trimEnd().split("\n");
  for (const line of lines) assert.match(line, /^(# (TYPE|HELP) \w+ .+|\w+(\{[^}]*\})? [-\d.e+]+)$/);
  const families = lines.filter((line) => line.startsWith("# TYPE")).map((line) => line.split(" ")[2]);
  assert.equal(new Set(families).size, families.length);
});
