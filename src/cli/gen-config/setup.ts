/** How the server is to be run on this machine, from the settings that `gen-config` was given; all paths absolute. */
export interface Setup {
  /** Program and arguments, `serve` and its options among them. */
  readonly command: readonly string[];
  /** The account that the service shall run as. */
  readonly user: string;
  readonly workingFolder: string;
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  readonly unixSocket: string | null;
  /** Without a slash at the end. */
  readonly publicUrl: string | null;
  readonly graceSeconds: number;
  /** Names of settings that come from the environment of this shell, which a service does not have. */
  readonly fromEnvironment: readonly string[];
}

/** What must be known of a generated file, as lines without the comment's mark. */
export function headOf(setup: Setup, ...more: readonly string[]): readonly string[] {
  const missing =
    setup.fromEnvironment.length === 0
      ? []
      : [
          `Set in this shell and not in here: ${setup.fromEnvironment.join(", ")}.`,
          "Put them into a configuration file (--config) or into the service's environment.",
        ];
  return ["Made by 'vivarium gen-config'; change it as you like.", ...missing, ...more];
}

/** Refuses what no line of a configuration file can hold. */
export function checkLines(setup: Setup): void {
  const { user, workingFolder, dataFolder, unixSocket } = setup;
  const texts = [...setup.command, user, workingFolder, dataFolder, unixSocket ?? ""];
  if (texts.some((text) => /[\x00-\x1f\x7f]/.test(text))) {
    throw new RangeError("a path or setting holds a control character, which no such file can");
  }
}
