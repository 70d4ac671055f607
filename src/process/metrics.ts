import type { MetadataStore } from "#stores";
import type { Upstreams } from "#upstream";

export interface MetricsParts {
  readonly metadata: MetadataStore;
  readonly upstreams: Upstreams;
  readonly version: string;
  readonly process: ProcessFigures;
}

/** What the process says of itself. */
export interface ProcessFigures {
  readonly startedAtSeconds: number;
  memory(): { readonly rss: number; readonly heapUsed: number; readonly external: number };
  cpuSeconds(): number;
  /** The part of the time since the last call, 0 to 1, in which the event loop was busy. */
  eventLoopUtilization(): number;
}

/** OpenMetrics text of what is stored, of the upstreams and of the process; without `# EOF`. */
export async function metricsText({ metadata, upstreams, version, process }: MetricsParts): Promise<string> {
  const totals = await metadata.read((view) => view.totals());
  const origins = upstreams.figures();
  const memory = process.memory();
  const each = (value: (origin: (typeof origins)[number]) => number): readonly Sample[] =>
    origins.map((origin) => [`{origin="${escaped(origin.origin)}"}`, value(origin)]);
  return [
    family("vivarium", "info", "What this server is.", [[`_info{version="${escaped(version)}"}`, 1]]),
    family("vivarium_journal_head", "gauge", "Position of the last entry of the journal.", [["", metadata.head]]),
    family("vivarium_stored_projects", "gauge", "Projects in local repositories.", [["", totals.projects]]),
    family("vivarium_stored_files", "gauge", "Files in local repositories.", [["", totals.artifacts]]),
    family("vivarium_stored_bytes", "gauge", "Their sizes added up.", [["", totals.sizeBytes]]),
    family(
      "vivarium_upstream_requests",
      "counter",
      "Requests to upstreams.",
      each(({ requests }) => requests).map(([labels, value]) => [`_total${labels}`, value]),
    ),
    family(
      "vivarium_upstream_under_way",
      "gauge",
      "Requests to upstreams that run.",
      each((origin) => origin.underWay),
    ),
    family(
      "vivarium_upstream_failures",
      "gauge",
      "Failures in a row, up to now.",
      each((origin) => origin.failures),
    ),
    family(
      "vivarium_upstream_resting",
      "gauge",
      "1: the upstream failed so often that it is left alone for a while.",
      each((origin) => (origin.isOpen ? 1 : 0)),
    ),
    family("process_start_time_seconds", "gauge", "When the process started.", [["", process.startedAtSeconds]]),
    family("process_cpu_seconds", "counter", "Processor time used.", [["_total", process.cpuSeconds()]]),
    family("process_resident_memory_bytes", "gauge", "Memory of the process.", [["", memory.rss]]),
    family("nodejs_heap_used_bytes", "gauge", "Heap in use.", [["", memory.heapUsed]]),
    family("nodejs_external_memory_bytes", "gauge", "Buffers outside the heap.", [["", memory.external]]),
    family("nodejs_eventloop_utilization", "gauge", "Busy part of the time since the last look.", [
      ["", process.eventLoopUtilization()],
    ]),
  ].join("");
}

/** What follows the family's name, labels included, and the value. */
type Sample = readonly [suffix: string, value: number];

function family(name: string, type: "gauge" | "counter" | "info", help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([suffix, value]) => `${name}${suffix} ${value}\n`);
  return `# TYPE ${name} ${type}\n# HELP ${name} ${help}\n${lines.join("")}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
