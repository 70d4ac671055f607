import { escapeHtml, type Json, type JsonObject } from "#core";

/** What a report of tox says of one environment. */
interface Environment {
  readonly name: string;
  readonly python: string;
  readonly setup: readonly Command[];
  readonly test: readonly Command[];
}

interface Command {
  readonly line: string;
  readonly hasFailed: boolean;
  readonly output: string;
}

/** A page that shows a report of tox; of what is no such report the text. */
export function reportPage(title: string, report: string): string {
  const body = bodyOf(report) ?? `<pre>${escapeHtml(report)}</pre>`;
  const heading = escapeHtml(title);
  return `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${heading}</title></head><body>\n<h1>${heading}</h1>\n${body}\n</body></html>\n`;
}

function bodyOf(report: string): string | null {
  const { host, platform, testenvs } = objectOf(parsed(report));
  const environments = Object.entries(objectOf(testenvs)).map(([name, given]) => environmentOf(name, objectOf(given)));
  if (environments.length === 0) return null;
  const where = [textOf(host), textOf(platform)].filter((text) => text !== "").join(", ");
  return [
    ...(where === "" ? [] : [`<p>${escapeHtml(where)}</p>`]),
    ...environments.flatMap((environment) => [
      `<h2>${escapeHtml([environment.name, environment.python].filter((text) => text !== "").join(", "))}: ${verdictOf(environment)}</h2>`,
      ...[...environment.setup, ...environment.test].map(
        ({ line, hasFailed, output }) =>
          `<details${hasFailed ? " open" : ""}><summary>${hasFailed ? "failed" : "passed"}: <code>${escapeHtml(line)}</code></summary><pre>${escapeHtml(output)}</pre></details>`,
      ),
    ]),
  ].join("\n");
}

function verdictOf({ setup, test }: Environment): string {
  if (setup.some(({ hasFailed }) => hasFailed)) return "setup failed";
  if (test.length === 0) return "no tests were run";
  return test.some(({ hasFailed }) => hasFailed) ? "tests failed" : "tests passed";
}

function environmentOf(name: string, given: JsonObject): Environment {
  const { version } = objectOf(given["python"]);
  return { name, python: textOf(version), setup: commandsOf(given["setup"]), test: commandsOf(given["test"]) };
}

function commandsOf(given: Json | undefined): readonly Command[] {
  if (!Array.isArray(given)) return [];
  return given.map(objectOf).map(({ command, retcode, output }) => ({
    line: Array.isArray(command) ? command.map(textOf).join(" ") : textOf(command),
    hasFailed: retcode !== 0 && retcode !== "0",
    output: textOf(output),
  }));
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // What came from elsewhere may be anything; it is shown as it is.
    return null;
  }
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
