/**
 * Whether `entry_points.txt` is UTF-8 INI with `=`, and names no script that would be installed elsewhere than among
 * the scripts: installers make a file of each name.
 */
export function isEntryPoints(bytes: Uint8Array): boolean {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8 is one of the answers asked for.
    return false;
  }
  let group: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "" || /^\s*[#;]/.test(line)) continue;
    const section = /^\[([^\]]+)\]\s*$/.exec(line);
    if (section !== null) {
      group = section[1]?.trim() ?? "";
      continue;
    }
    if (group === null) return false;
    // A value may go on in indented lines.
    if (/^\s/.test(line)) continue;
    const equals = line.indexOf("=");
    const name = line.slice(0, Math.max(0, equals)).trim();
    if (name === "") return false;
    const isScript = group === "console_scripts" || group === "gui_scripts";
    if (isScript && (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name))) return false;
  }
  return true;
}
