import type { CommandOption, CommandRow } from "../command.ts";
import { nginxSite } from "../gen-config/nginx.ts";
import { cronLine, launchdJob, supervisorProgram, systemdUnit } from "../gen-config/services.ts";
import { checkLines, type Setup } from "../gen-config/setup.ts";
import { CommandFailure, EXIT } from "../io.ts";
import { positional } from "../typed.ts";

const KINDS: Readonly<Record<string, (setup: Setup) => string>> = {
  nginx: nginxSite,
  systemd: systemdUnit,
  supervisor: supervisorProgram,
  launchd: launchdJob,
  cron: cronLine,
};

/** `devpi-gen-config`'s like; `options`: those of `serve`. */
export function genConfig(options: readonly CommandOption[]): CommandRow {
  return {
    path: ["gen-config"],
    summary: "Print a configuration for what runs the server or stands in front of it",
    more:
      "Give it the options that the server shall run with. Nothing is written: send the output to where it belongs; its " +
      "first lines say where that is.",
    positionals: [{ name: "for", description: "What it is for", choices: Object.keys(KINDS) }],
    options,
    examples: [
      {
        line: "vivarium gen-config systemd --data /srv/vivarium --public-url https://packages.example.com",
        does: "a unit that runs the server",
      },
      { line: "vivarium gen-config nginx --public-url https://packages.example.com", does: "a site in front of it" },
    ],
    talksTo: "nobody",
    hasJson: false,
    async run(typed, { offline }) {
      const setup = await offline.setup(typed.options);
      try {
        checkLines(setup);
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        throw new CommandFailure(EXIT.usage, cause.message, { cause });
      }
      return { json: null, text: KINDS[positional(typed, 0)]?.(setup) ?? "" };
    },
  };
}
