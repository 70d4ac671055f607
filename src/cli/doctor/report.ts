import { printable } from "../table.ts";
import type { Finding } from "./finding.ts";

/** How many looks showed what. */
export function countsOf(findings: readonly Finding[]): {
  readonly faults: number;
  readonly ok: number;
  readonly skipped: number;
} {
  const count = (status: Finding["status"]) => findings.filter((finding) => finding.status === status).length;
  return { faults: count("fault"), ok: count("ok"), skipped: count("skipped") };
}

const MARKS: Readonly<Record<Finding["status"], string>> = { ok: "ok", skipped: "-", fault: "FAULT" };

/** For people: a line for each look, under a fault how to mend it, and the sum. */
export function reportText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = " ".repeat("FAULT".length + 2 + width + 2);
  const lines = findings.flatMap((finding) => {
    const mark = MARKS[finding.status].padEnd("FAULT".length);
    const line = `${mark}  ${finding.check.padEnd(width)}  ${printable(finding.message)}`;
    if (finding.status !== "fault") return [line];
    return [`${line} [${finding.code}]`, `${indent}mend it: ${printable(finding.remedy)}`];
  });
  const { faults } = countsOf(findings);
  const sum = faults === 0 ? "No faults." : faults === 1 ? "1 fault." : `${faults} faults.`;
  return [...lines, "", sum, ""].join("\n");
}
