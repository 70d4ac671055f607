import { stringify } from "yaml";
import { readWishes, type Wishes } from "../applying/document.ts";
import { linesOf, planFor, type Step } from "../applying/plan.ts";
import { SECTIONS, type Section } from "../applying/resources.ts";
import { dumpOf, perform, presentOf } from "../applying/server-state.ts";
import type { CommandRow, Tools } from "../command.ts";
import { CommandFailure, EXIT } from "../io.ts";
import { has, many, positional, type Typed, usage } from "../typed.ts";

const PLAN = { name: "plan", placeholder: null, description: "Only show what would be done" };

/** `vivarium apply` and `vivarium dump`: the configuration as a file. */
export const applyingCommands: readonly CommandRow[] = [
  {
    path: ["apply"],
    summary: "Bring users, groups, repositories, permissions and policies to what a file says",
    more:
      "The file is YAML: 'version: 1', then sections users, groups, repositories, permissions and policies, each with names " +
      "and their fields, in the words of the API. What the file does not name stays as it is, and so do fields that it does " +
      "not give; a name whose value is 'absent' is removed. Secrets come from the environment: passwordFrom (a user) and " +
      "credentialsFrom (a remote repository) name a variable, which is read when the thing is made. What differs is shown first.",
    positionals: [{ name: "file", description: "The file; - is standard input" }],
    options: [PLAN],
    examples: [
      { line: "vivarium apply vivarium.yaml --plan --user root", does: "what would change" },
      { line: "vivarium apply vivarium.yaml --user root", does: "shows it and does it" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, tools) {
      const wishes = await wishesIn(typed, tools);
      const { client, io } = tools;
      const steps = planFor(wishes, await presentOf(client, wishes));
      const lines = linesOf(steps).map((line) => `${line}\n`);
      const isPlan = has(typed, PLAN.name);
      if (!isPlan) {
        for (const line of lines) io.err(line.trimEnd());
        await performAll(tools, steps);
      }
      const json = { steps: steps.map(jsonOf), isDone: !isPlan };
      return { json, text: `${isPlan ? lines.join("") : ""}${summaryOf(steps, isPlan)}\n` };
    },
  },
  {
    path: ["dump"],
    summary: "Write the server's users, groups, repositories, permissions and policies as a file for 'apply'",
    more: "Passwords, tokens and the credentials of upstreams are not in it.",
    positionals: [],
    options: [
      {
        name: "section",
        placeholder: "name",
        description: "Only this section; may be given several times",
        isRepeatable: true,
        choices: SECTIONS,
      },
    ],
    examples: [{ line: "vivarium dump --user root > vivarium.yaml", does: "all of it" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const dump = await dumpOf(client, (many(typed, "section") ?? SECTIONS) as readonly Section[]);
      return { json: dump, text: stringify(dump, { lineWidth: 0 }) };
    },
  },
];

async function wishesIn(typed: Typed, { io }: Tools): Promise<Wishes> {
  const path = positional(typed, 0);
  const text = path === "-" ? await io.input() : await io.readFile(path);
  if (text === null) throw new CommandFailure(EXIT.environment, `there is no file ${path}`);
  try {
    return readWishes(text, io.env);
  } catch (error) {
    if (error instanceof SyntaxError) throw usage(`${path} cannot be applied: ${error.message}`);
    throw error;
  }
}

/** One after the other; what was done before a refusal stays, and the same command goes on from there. */
async function performAll({ client }: Tools, steps: readonly Step[]): Promise<void> {
  for (const [done, step] of steps.entries()) {
    try {
      await perform(client, step);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      const what = `${step.resource.noun} ${step.name}`;
      const so = `${done} of ${steps.length} changes are done; mend the file and apply it again`;
      throw new CommandFailure(error.exitCode, `${what}: ${error.message} (${so})`, { cause: error });
    }
  }
}

function summaryOf(steps: readonly Step[], isPlan: boolean): string {
  if (steps.length === 0) return "Nothing differs from the file.";
  const count = (kind: Step["kind"]) => steps.filter((step) => step.kind === kind).length;
  const [made, changed, removed] = [count("create"), count("change"), count("remove")];
  return isPlan
    ? `${made} to make, ${changed} to change, ${removed} to remove; nothing was done.`
    : `${made} made, ${changed} changed, ${removed} removed.`;
}

function jsonOf({ kind, resource, name }: Step) {
  return { kind, section: resource.section, name };
}
