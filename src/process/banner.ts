import type { FirstStart } from "./first-start.ts";

/** What a person at the terminal reads when the server is up. Root's password, if it was made, is shown here and never again. */
export function greeting({
  url,
  dataFolder,
  version,
  first,
}: {
  readonly url: string;
  readonly dataFolder: string;
  readonly version: string;
  readonly first: Pick<FirstStart, "isFirst" | "rootPassword">;
}): string {
  const lines = ["", `  Vivarium ${version} serves ${url}`, `  Data in ${dataFolder}; Ctrl-C stops it`, ""];
  if (!first.isFirst) return `${lines.join("\n")}\n`;
  if (first.rootPassword !== null) {
    lines.push(`  The administrator is root. Its password, shown this once:  ${first.rootPassword}`, "");
  }
  const login = first.rootPassword === null ? "" : ` --password=${first.rootPassword}`;
  lines.push(
    `  Next, with a browser:  ${url}/ui/first-run`,
    "  or in another terminal:",
    "",
    `    devpi use ${url}`,
    `    devpi login root${login}`,
    "    devpi index -c dev",
    "",
    `  Then upload to ${url}/root/dev/ with twine, uv or devpi, and install with`,
    `    pip install -i ${url}/root/dev/simple/ PACKAGE     (yours)`,
    `    pip install -i ${url}/root/pypi/simple/ PACKAGE    (public ones, cached)`,
    "",
  );
  return `${lines.join("\n")}\n`;
}
