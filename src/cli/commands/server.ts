import type { CommandOption, CommandRow } from "../command.ts";
import { examine } from "../doctor/doctor.ts";
import { countsOf, reportText } from "../doctor/report.ts";
import { EXIT, type OptionRow } from "../io.ts";
import { card } from "../table.ts";

/** The settings of the server that a command takes, as its options. */
export function settingsFor(
  command: OptionRow["commands"][number],
  settings: readonly OptionRow[],
): readonly CommandOption[] {
  return settings.filter(({ commands }) => commands.includes(command)).map(asOption);
}

/** `serve`, `init` and `doctor`: what needs the data folder itself. Their options are the server's settings. */
export function serverCommands(settings: readonly OptionRow[]): readonly CommandRow[] {
  const settingsOf = (command: OptionRow["commands"][number]) => settingsFor(command, settings);
  return [
    {
      path: ["serve"],
      summary: "Run the server until it is told to stop",
      more:
        "Ctrl-C or SIGTERM stops it: what runs is finished, nothing is lost; a second Ctrl-C stops at once. Every option " +
        "can also stand in the environment or in the configuration file.",
      positionals: [],
      options: settingsOf("serve"),
      examples: [
        { line: "vivarium serve", does: "http://localhost:3141, data in ./data" },
        {
          line: "vivarium serve --host 0.0.0.0 --port 8080 --data /srv/vivarium --public-url https://packages.example.com",
          does: "for a team, behind a proxy",
        },
      ],
      talksTo: "nobody",
      hasJson: false,
      run: async (typed, { offline }) => ({ json: null, text: "", exitCode: await offline.serve(typed.options) }),
    },
    {
      path: ["init"],
      summary: "Make the data folder without serving",
      more: "The first 'vivarium serve' does the same. A data folder that is there already is left as it is.",
      positionals: [],
      options: settingsOf("init"),
      examples: [{ line: "vivarium init --data /srv/vivarium", does: "and shows root's password once" }],
      talksTo: "nobody",
      hasJson: true,
      async run(typed, { offline }) {
        const answer = await offline.init(typed.options);
        const what = answer.created ? "is made" : "was there already, as it should be";
        const password = card([
          ["user", answer.rootPassword === null ? null : "root"],
          ["password", answer.rootPassword],
        ]);
        const once = answer.rootPassword === null ? "" : `${password}The password is shown this once.\n`;
        return { json: answer, text: `The data folder ${answer.dataFolder} ${what}.\n${once}` };
      },
    },
    {
      path: ["doctor"],
      summary: "Say what is wrong with this installation, and how to mend it",
      more: "Changes nothing. Run it with the options that the server runs with, as the user that it runs as.",
      positionals: [],
      options: settingsOf("doctor"),
      examples: [
        { line: "vivarium doctor --data /srv/vivarium", does: "exit code 1 when a fault was found" },
        { line: "vivarium doctor --json", does: "for monitoring" },
      ],
      talksTo: "nobody",
      hasJson: true,
      async run(typed, { offline }) {
        const findings = await examine(await offline.probes(typed.options));
        const counts = countsOf(findings);
        return {
          json: { ...counts, findings },
          text: reportText(findings),
          exitCode: counts.faults === 0 ? EXIT.done : EXIT.refused,
        };
      },
    },
  ];
}

function asOption({ name, short, placeholder, description, defaultText, env, isRepeatable = false }: OptionRow) {
  const remarks = [defaultText === null ? null : `default: ${defaultText}`, env === null ? null : `env: ${env}`]
    .filter((remark) => remark !== null)
    .join(", ");
  return {
    name,
    ...(short === undefined ? {} : { short }),
    placeholder,
    description: sentenceOf(remarks === "" ? description : `${description} (${remarks})`),
    isRepeatable,
  };
}

function sentenceOf(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
