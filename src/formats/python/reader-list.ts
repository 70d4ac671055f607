import { setImmediate } from "node:timers/promises";
import type { NamedProject, UpstreamPage, UpstreamPieces } from "../format.ts";
import { openListScanner } from "./list-scanner.ts";
import { projectName } from "./names.ts";
import { readHtml } from "./reader-html.ts";
import { readObject } from "./reader-json.ts";
import { filenameIn, isObject } from "./reader-values.ts";

/** The beginning of a page, enough to tell what it is. */
const HEAD_BYTES = 64;

/** Reads another server's list of all projects as it comes, JSON or HTML. */
export async function* readProjectList(page: UpstreamPieces): AsyncGenerator<readonly NamedProject[], void> {
  const { url, contentType } = page;
  const iterator = page.pieces[Symbol.asyncIterator]();
  try {
    const first = await headOf(iterator);
    const pieces = joined(first, iterator);
    const reading = isJson({ url, contentType, bytes: first })
      ? jsonNames({ url, contentType, pieces })
      : htmlNames({ url, contentType, pieces });
    for await (const names of reading) {
      yield names.flatMap((displayName) => {
        const project = projectName(displayName);
        return project === null ? [] : [{ project, displayName }];
      });
      // Pieces that are there already come without waiting.
      await setImmediate();
    }
  } finally {
    await iterator.return?.();
  }
}

/** By the type, or where that says nothing, by the first character. */
export function isJson(page: UpstreamPage): boolean {
  const type = page.contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (/[/+]json$/.test(type)) return true;
  if (/[/+]x?html$|^application\/xhtml\+xml$/.test(type)) return false;
  return new TextDecoder().decode(page.bytes.subarray(0, HEAD_BYTES)).trimStart().startsWith("{");
}

async function* jsonNames({ url, contentType, pieces }: UpstreamPieces): AsyncGenerator<readonly string[], void> {
  const scanner = openListScanner();
  for await (const piece of pieces) {
    for (const elements of scanner.take(piece)) yield namesIn(elements, url);
  }
  const { frame, hasList } = scanner.end();
  readObject({ url, contentType, bytes: frame });
  if (!hasList) throw new SyntaxError(`the page ${url} has no list of projects`);
}

/** `elements`: as they stand between the brackets. */
function namesIn(elements: Uint8Array, url: string): readonly string[] {
  let projects: unknown;
  try {
    projects = JSON.parse(`[${new TextDecoder("utf-8").decode(elements)}]`);
  } catch (cause) {
    throw new SyntaxError(`the page ${url} is not JSON`, { cause });
  }
  if (!Array.isArray(projects)) return [];
  return projects.flatMap((one) => (isObject(one) && typeof one["name"] === "string" ? [one["name"]] : []));
}

/** The text of each link where it is a name, else the last part of its address. */
async function* htmlNames({ url, contentType, pieces }: UpstreamPieces): AsyncGenerator<readonly string[], void> {
  const { anchors, base } = readHtml({ url, contentType, bytes: Buffer.concat(await Array.fromAsync(pieces)) });
  for (let start = 0; start < anchors.length; start += ANCHORS_AT_ONCE) {
    yield anchors.slice(start, start + ANCHORS_AT_ONCE).flatMap(({ href, text }) => {
      const own = text.replace(/\/$/, "");
      if (projectName(own) !== null) return [own];
      const address = URL.parse(href.replace(/\/?(?:[?#].*)?$/, ""), base);
      const last = address === null ? null : filenameIn(address);
      return last === null ? [] : [last];
    });
  }
}

const ANCHORS_AT_ONCE = 2_000;

async function headOf(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.byteLength < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done === true) return head;
    head = head.byteLength === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return head;
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
