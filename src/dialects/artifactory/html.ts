import { type Call, escapeHtml, leafOf, type Reply } from "#core";
import type { TreeNode } from "#registry";

/** A folder as a page of links, for people and for tools that read such pages. */
export function folderPage(call: Call, title: string, isRoot: boolean, children: readonly TreeNode[]): Reply {
  const links = children.map((node) => {
    const name = node.kind === "folder" ? `${leafOf(node.path)}/` : leafOf(node.path);
    const size = node.kind === "folder" ? "-" : String(node.sizeBytes);
    const href = `./${encodeURIComponent(leafOf(node.path))}${node.kind === "folder" ? "/" : ""}`;
    return `<a href="${escapeHtml(href)}">${escapeHtml(name)}</a>  ${new Date(node.modifiedAt).toISOString()}  ${size}`;
  });
  const up = isRoot ? [] : ['<a href="../">../</a>'];
  const heading = `Index of ${escapeHtml(title)}`;
  return {
    kind: "bytes",
    status: 200,
    contentType: "text/html; charset=utf-8",
    body: `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${heading}</title></head><body>\n<h1>${heading}</h1>\n<pre>${[...up, ...links].join("\n")}</pre>\n</body></html>\n`,
    cache: { kind: "revalidate", isPrivate: call.principal.kind !== "anonymous" },
  };
}
