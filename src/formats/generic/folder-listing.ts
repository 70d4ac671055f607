import { type Call, escapeHtml, leafOf, type Reply } from "#core";
import { encodedPath } from "./without-projects.ts";

/** A part of what stands in a folder. */
export interface FolderPart {
  /** `""`: the repository itself. */
  readonly path: string;
  /** Folders with a slash at the end. */
  readonly names: readonly string[];
  /** The next part begins behind this name; `null`: this is the last. */
  readonly next: string | null;
}

/** So many names are shown together. */
export const NAMES_MAX = 1_000;

/** A folder as a page for people, or as JSON for who prefers that. */
export function folderReply(call: Call, title: string, part: FolderPart): Reply {
  const headers = { vary: "Accept" };
  if (prefersJson(call.header("accept"))) {
    const entries = part.names.map((name) =>
      name.endsWith("/") ? { name: name.slice(0, -1), kind: "folder" } : { name, kind: "file" },
    );
    return { kind: "json", status: 200, body: { path: part.path, entries, next: part.next }, headers };
  }
  return {
    kind: "bytes",
    status: 200,
    contentType: "text/html; charset=utf-8",
    body: pageOf(title, part),
    headers,
    cache: { kind: "revalidate", isPrivate: true },
  };
}

/** Where the same folder is read from with the slash that links inside it need; relative, as proxies may show us anywhere. */
export function slashRedirect(call: Call): Reply {
  const query = call.query.size === 0 ? "" : `?${call.query}`;
  return { kind: "redirect", status: 302, to: `./${leafOf(call.rawPath)}/${query}` };
}

/** Whether JSON is liked better than HTML (RFC 9110, 12.5.1). Who does not care is a person. */
function prefersJson(accept: string | null): boolean {
  const ranges = (accept ?? "").split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    return { type, quality: Number.isNaN(quality) ? 0 : quality };
  });
  const qualityOf = (...names: readonly string[]): number =>
    names.map((name) => ranges.find(({ type }) => type === name)?.quality).find((quality) => quality !== undefined) ??
    0;
  return qualityOf("application/json", "application/*", "*/*") > qualityOf("text/html", "text/*", "*/*");
}

function pageOf(title: string, { path, names, next }: FolderPart): string {
  const heading = escapeHtml(path === "" ? title : `${title}/${path}`);
  const up = path === "" ? [] : ['<li><a href="../">../</a></li>'];
  // `./` so that no name can be taken for a scheme or a path from the root.
  const items = names.map((name) => `<li><a href="./${encodedPath(name)}">${escapeHtml(name)}</a></li>`);
  const more = next === null ? "" : `<p><a href="?after=${encodeURIComponent(next)}">More</a></p>\n`;
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${heading}</title></head><body>
<h1>${heading}</h1>
<ul>
${[...up, ...items].join("\n")}
</ul>
${more}</body></html>
`;
}
