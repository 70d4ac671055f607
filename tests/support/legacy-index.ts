import { createHash } from "node:crypto";
import { createServer } from "node:http";

/** An upload as the old form sends it: each field once more as a line that can be compared. */
export type SeenForm = readonly string[];

/** A server on 127.0.0.1 that takes the old upload forms and remembers them; it refuses what is called `refused`. */
export interface LegacyIndex extends AsyncDisposable {
  /** Where to upload; each caller has an address of its own. */
  urlFor(caller: string): string;
  /** What the caller has sent since it was asked last. */
  take(caller: string): readonly SeenForm[];
}

export async function openLegacyIndex(): Promise<LegacyIndex> {
  const seen = new Map<string, SeenForm[]>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const caller = (request.url ?? "").split("/")[1] ?? "";
      const form = formLines(Buffer.concat(chunks), request.headers["content-type"] ?? "");
      const login = request.headers.authorization ?? "no login";
      seen.set(caller, [...(seen.get(caller) ?? []), [`with ${login}`, ...form]]);
      const isRefused = form.includes("name = refused");
      response.writeHead(isRefused ? 403 : 200, isRefused ? "this is not for you" : "OK");
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    urlFor: (caller) => `http://127.0.0.1:${port}/${caller}/`,
    take(caller) {
      const forms = seen.get(caller) ?? [];
      seen.delete(caller);
      return forms;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function formLines(body: Buffer, type: string): SeenForm {
  const [, boundary] = /boundary="?([^";]+)"?/.exec(type) ?? [];
  if (boundary === undefined) return [...new URLSearchParams(body.toString("utf8"))].map(lineOf).sort();
  const parts = body.toString("latin1").split(`--${boundary}`).slice(1, -1);
  return parts
    .map((part) => {
      const headEnd = part.indexOf("\r\n\r\n");
      const head = part.slice(0, headEnd);
      const value = Buffer.from(part.slice(headEnd + 4, -2), "latin1");
      const [, name = ""] = /[; ]name="([^"]*)"/.exec(head) ?? [];
      const [, filename] = /filename="([^"]*)"/.exec(head) ?? [];
      if (filename === undefined) return lineOf([name, value.toString("utf8")]);
      return `${name} is the file ${filename} with ${createHash("sha256").update(value).digest("hex")}`;
    })
    .sort();
}

function lineOf([name, value]: readonly [string, string]): string {
  return `${name} = ${value}`;
}
