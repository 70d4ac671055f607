import type { RegistryFigures } from "#registry";

/** What was answered, and how fast, in the words of OpenMetrics. */
export interface Metrics {
  /** The series of a kind of request; keep it where the same is counted often. */
  series(method: string, route: string, status: number): Series;
  /** Everything, without `# EOF`. */
  text(figures: RegistryFigures, hot: HotFigures): string;
}

export interface Series {
  count(milliseconds: number, sentBytes: number): void;
}

export interface HotFigures {
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
  readonly sizeBytes: number;
}

export const OPEN_METRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const BUCKETS_MILLISECONDS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];
/** Routes come from the code and methods from a list, so this is never reached; a limit is cheaper than the belief. */
const SERIES_MAX = 5000;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PUSH", "OPTIONS"]);

interface Tally extends Series {
  readonly labels: string;
  requests: number;
  sentBytes: number;
}

/** How long answers of a route took, whatever their status. */
interface Histogram {
  readonly labels: string;
  milliseconds: number;
  /** How many took at most as long; the last: longer than all. */
  readonly buckets: number[];
}

export function openMetrics(): Metrics {
  const tallies = new Map<string, Tally>();
  const histograms = new Map<string, Histogram>();

  function histogramFor(labels: string): Histogram {
    const known = histograms.get(labels);
    if (known !== undefined) return known;
    const made = { labels, milliseconds: 0, buckets: [...BUCKETS_MILLISECONDS, 0].fill(0) };
    histograms.set(labels, made);
    return made;
  }

  function seriesFor(method: string, route: string, status: number): Series {
    const kind = labelsOf(method, route);
    const labels = `${kind},status="${status}"`;
    const known = tallies.get(labels);
    if (known !== undefined) return known;
    const made = tally(labels, histogramFor(kind));
    tallies.set(labels, made);
    return made;
  }

  return {
    series(method, route, status) {
      const name = METHODS.has(method) ? method : "other";
      return seriesFor(name, tallies.size < SERIES_MAX ? route : "other", status);
    },
    text: (figures, hot) =>
      [...requestLines([...tallies.values()], [...histograms.values()]), ...cacheLines(figures, hot), ""].join("\n"),
  };
}

function tally(labels: string, histogram: Histogram): Tally {
  const { buckets } = histogram;
  const made: Tally = {
    labels,
    requests: 0,
    sentBytes: 0,
    count(milliseconds, sentBytes) {
      made.requests += 1;
      made.sentBytes += sentBytes;
      histogram.milliseconds += milliseconds;
      let index = 0;
      while (milliseconds > (BUCKETS_MILLISECONDS[index] ?? Number.POSITIVE_INFINITY)) index += 1;
      buckets[index] = (buckets[index] ?? 0) + 1;
    },
  };
  return made;
}

function labelsOf(method: string, route: string): string {
  return `method="${method}",route="${escaped(route)}"`;
}

function escaped(text: string): string {
  return text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}

function requestLines(tallies: readonly Tally[], histograms: readonly Histogram[]): string[] {
  return [
    ...family("vivarium_http_request_duration_seconds", "histogram", "From the request's head to the answer's end."),
    ...histograms.flatMap(histogramLines),
    ...family("vivarium_http_sent_bytes", "counter", "Bytes of bodies that were sent."),
    ...tallies.map(({ labels, sentBytes }) => `vivarium_http_sent_bytes_total{${labels}} ${sentBytes}`),
    ...family("vivarium_http_requests", "counter", "Requests that were answered."),
    ...tallies.map(({ labels, requests }) => `vivarium_http_requests_total{${labels}} ${requests}`),
  ];
}

function histogramLines({ labels, buckets, milliseconds }: Histogram): string[] {
  const name = "vivarium_http_request_duration_seconds";
  let sum = 0;
  const lines = buckets.map((count, index) => {
    sum += count;
    const bound = BUCKETS_MILLISECONDS[index];
    return `${name}_bucket{${labels},le="${bound === undefined ? "+Inf" : bound / 1000}"} ${sum}`;
  });
  return [...lines, `${name}_count{${labels}} ${sum}`, `${name}_sum{${labels}} ${milliseconds / 1000}`];
}

function cacheLines(figures: RegistryFigures, hot: HotFigures): string[] {
  return [
    ...family("vivarium_cache_requests", "counter", "Questions to the caches, by what they found."),
    ...Object.entries({
      answers: { hit: hot.hits, miss: hot.misses },
      pages: { hit: figures.pageHits, miss: figures.pageMisses },
      remotes: { hit: figures.remoteHits, miss: figures.remoteMisses, stale: figures.remoteStale },
    }).flatMap(([cache, results]) =>
      Object.entries(results).map(
        ([result, count]) => `vivarium_cache_requests_total{cache="${cache}",result="${result}"} ${count}`,
      ),
    ),
    ...family("vivarium_cache_bytes", "gauge", "What the caches in memory hold."),
    `vivarium_cache_bytes{cache="answers"} ${hot.sizeBytes}`,
    `vivarium_cache_bytes{cache="pages"} ${figures.pageBytes}`,
    ...family("vivarium_uploads", "counter", "Files that were published."),
    `vivarium_uploads_total ${figures.uploads}`,
  ];
}

function family(name: string, type: string, help: string): readonly [string, string] {
  return [`# TYPE ${name} ${type}`, `# HELP ${name} ${help}`];
}
