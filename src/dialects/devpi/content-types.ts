/** What documentation is made of, by the end of the name. */
const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    css: "text/css; charset=utf-8",
    csv: "text/csv; charset=utf-8",
    eot: "application/vnd.ms-fontobject",
    epub: "application/epub+zip",
    gif: "image/gif",
    htm: "text/html; charset=utf-8",
    html: "text/html; charset=utf-8",
    ico: "image/vnd.microsoft.icon",
    inv: "application/octet-stream",
    jpeg: "image/jpeg",
    jpg: "image/jpeg",
    js: "text/javascript; charset=utf-8",
    json: "application/json",
    map: "application/json",
    md: "text/markdown; charset=utf-8",
    mjs: "text/javascript; charset=utf-8",
    mp3: "audio/mpeg",
    mp4: "video/mp4",
    otf: "font/otf",
    pdf: "application/pdf",
    png: "image/png",
    py: "text/x-python; charset=utf-8",
    rst: "text/x-rst; charset=utf-8",
    svg: "image/svg+xml",
    ttf: "font/ttf",
    txt: "text/plain; charset=utf-8",
    wasm: "application/wasm",
    wav: "audio/wav",
    webm: "video/webm",
    webmanifest: "application/manifest+json",
    webp: "image/webp",
    woff: "font/woff",
    woff2: "font/woff2",
    xhtml: "application/xhtml+xml",
    xml: "application/xml",
  }),
);

/** The media type of a page of documentation; what is not known is offered as a download. */
export function contentTypeOf(path: string): string {
  const [, extension = ""] = /\.([A-Za-z0-9]+)$/.exec(path) ?? [];
  return TYPES.get(extension.toLowerCase()) ?? "application/octet-stream";
}
