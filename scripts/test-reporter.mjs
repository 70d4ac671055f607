// A short report for node:test: failures in full, slow tests by name, files by a line; `#totals pass fail skipped` at the end.
import { inspect } from "node:util";

const SLOW_MS = 5000;

// biome-ignore lint/style/noDefaultExport: node:test loads a reporter by its default export.
export default async function* report(source) {
  const counts = { pass: 0, fail: 0, skipped: 0 };
  for await (const { type, data } of source) {
    if (type === "test:stderr") yield data.message;
    // A suite and a file are not tests: they pass when what is in them passes.
    if (data?.details?.type === "suite") {
      if (type === "test:fail" && data.details.error?.failureType !== "subtestsFailed") yield* failed(data, counts);
      continue;
    }
    if (type === "test:pass") {
      if (data.skip !== undefined || data.todo !== undefined) {
        counts.skipped += 1;
        yield `skipped: ${data.name}${typeof data.skip === "string" ? ` (${data.skip})` : ""}\n`;
      } else counts.pass += 1;
      if (data.details.duration_ms > SLOW_MS)
        yield `  slow: ${(data.details.duration_ms / 1000).toFixed(1)} s ${data.name}\n`;
    }
    if (type === "test:fail" && data.details.error?.failureType !== "subtestsFailed") yield* failed(data, counts);
  }
  yield `#totals ${counts.pass} ${counts.fail} ${counts.skipped}\n`;
}

function* failed(data, counts) {
  counts.fail += 1;
  const { error } = data.details;
  const cause = error?.cause ?? error;
  yield `\nFAILED: ${data.name}\n  at ${data.file ?? "?"}:${data.line ?? "?"}\n${indent(cause?.stack ?? inspect(cause))}\n`;
}

function indent(text) {
  return text.replace(/^/gm, "    ");
}
