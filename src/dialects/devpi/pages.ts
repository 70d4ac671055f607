import { type Call, escapeHtml, type Reply } from "#core";

/** A plain page of links for people who point a browser at an address of devpi's. */
export function linkPage(
  call: Call,
  title: string,
  links: readonly { readonly path: string; readonly text: string }[],
): Reply {
  const items = links.map(
    ({ path, text }) => `<li><a href="${escapeHtml(call.publicUrl + encodedPath(path))}">${escapeHtml(text)}</a></li>`,
  );
  const heading = escapeHtml(title);
  return {
    kind: "bytes",
    status: 200,
    contentType: "text/html; charset=utf-8",
    body: `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${heading}</title></head><body>\n<h1>${heading}</h1>\n<ul>\n${items.join("\n")}\n</ul>\n</body></html>\n`,
    headers: { vary: "Accept, User-Agent" },
    cache: { kind: "revalidate", isPrivate: call.principal.kind !== "anonymous" },
  };
}

/** Percent-encoded where it must be; `+` and `@` stay, as devpi writes them. */
export function encodedPath(path: string): string {
  return path
    .split("/")
    .map((segment) => encodeURIComponent(segment).replaceAll("%2B", "+").replaceAll("%40", "@"))
    .join("/");
}
