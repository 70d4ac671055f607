// Beyond what any system unpacks; also a limit on the work that a member's path can make.
const PATH_LENGTH_MAX = 1024;
const PATH_DEPTH_MAX = 100;

/**
 * What is wrong with the name of an archive's member, as the end of a sentence; `null`: it stays below the folder that
 * the archive is unpacked in, on every system, and has one spelling only.
 */
export function pathProblem(name: string): string | null {
  if (name === "") return "has no name";
  if (name.length > PATH_LENGTH_MAX || name.split("/", PATH_DEPTH_MAX + 1).length > PATH_DEPTH_MAX) {
    return "has a path that is too long";
  }
  if (/[\x00-\x1f\x7f]/.test(name)) return "has a control character in its name";
  if (name.includes("\\")) return "has a backslash in its name";
  if (name.startsWith("/") || /^[a-z]:/i.test(name)) return "has an absolute path";
  // The usual case costs one search: no part is empty or only dots.
  if (!/(?:^|\/)(?:\.{0,2})(?:\/|$)/.test(name)) return null;
  const parts = (name.endsWith("/") ? name.slice(0, -1) : name).split("/");
  if (parts.includes("..")) return "leads out of the archive";
  return parts.includes("") || parts.includes(".") ? "has an empty part in its path" : null;
}
