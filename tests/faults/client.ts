import { createHash } from "node:crypto";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { type ArchiveFile, aWheelFile, uploadOf, type WheelOptions } from "../support/archives.ts";
import { ROOT_PASSWORD } from "../support/served.ts";

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** As whom; `null`: as nobody. */
  readonly as?: "root" | null;
  readonly signal?: AbortSignal;
}

/** A file as a project page shows it. */
export interface ShownFile {
  readonly filename: string;
  /** Absolute. */
  readonly url: string;
  readonly sha256: string;
}

export const SIMPLE_JSON = "application/vnd.pypi.simple.v1+json";
const ASK_MILLISECONDS_MAX = 60_000;

/** Asks on a connection of its own, so that no answer depends on what became of another. Rejects when it is cut. */
export async function ask(url: string, options: AskOptions = {}): Promise<Answer> {
  const reply = await open(url, options);
  return { status: reply.statusCode ?? 0, headers: reply.headers, body: await bodyOf(reply) };
}

/** The head of the answer; the body is still to be read, or the connection to be destroyed. */
export function open(url: string, options: AskOptions = {}): Promise<IncomingMessage> {
  const { method = "GET", headers, body, as = null, signal } = options;
  const login = `Basic ${Buffer.from(`root:${ROOT_PASSWORD}`).toString("base64")}`;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      agent: false,
      headers: {
        ...(as === null ? {} : { authorization: login }),
        ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
        ...headers,
      },
      timeout: ASK_MILLISECONDS_MAX,
      ...(signal === undefined ? {} : { signal }),
    });
    outgoing.once("response", resolve);
    // For good: a cut in the middle of the body is reported here as well as to whoever reads.
    outgoing.on("error", reject);
    outgoing.once("timeout", () => outgoing.destroy(new Error(`no answer from ${url} within a minute`)));
    outgoing.end(body);
  });
}

/** All of a body; rejects when it ends before its announced end. */
export async function bodyOf(reply: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk as Buffer);
  if (!reply.complete) throw new Error("the answer was cut");
  return Buffer.concat(chunks);
}

/** What of a body comes until it ends or is cut. */
export async function whateverComes(
  reply: IncomingMessage,
): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of reply) chunks.push(chunk as Buffer);
    return { bytes: Buffer.concat(chunks), isCut: !reply.complete };
  } catch {
    return { bytes: Buffer.concat(chunks), isCut: true };
  }
}

/** Uploads as twine does. */
export function upload(url: string, index: string, options: WheelOptions, file = aWheelFile(options)): Promise<Answer> {
  const { contentType, body } = uploadOf(file, options);
  return ask(`${url}/${index}/`, { method: "POST", as: "root", headers: { "content-type": contentType }, body });
}

/** The page of a project as pip and uv ask for it. */
export function askPage(url: string, index: string, project: string): Promise<Answer> {
  return ask(`${url}/${index}/simple/${project}/`, { headers: { accept: SIMPLE_JSON } });
}

/** The files on a project's page; none when there is no such project. Throws at any other answer. */
export async function shown(url: string, index: string, project: string): Promise<readonly ShownFile[]> {
  const answer = await askPage(url, index, project);
  if (answer.status === 404) return [];
  if (answer.status !== 200) throw new Error(`page of ${project}: ${answer.status} ${answer.body}`);
  return filesOn(answer, `${url}/${index}/simple/${project}/`);
}

/** The files on a page that was answered, by their absolute addresses. */
export function filesOn(answer: Answer, address: string): readonly ShownFile[] {
  const page = JSON.parse(answer.body.toString()) as {
    readonly files: readonly { filename: string; url: string; hashes: Record<string, string> }[];
  };
  return page.files.map(({ filename, url, hashes }) => ({
    filename,
    url: new URL(url, address).href,
    sha256: hashes["sha256"] ?? "",
  }));
}

/** The address of one file of a project; throws when its page does not show it. */
export async function addressOf(url: string, index: string, project: string, filename: string): Promise<string> {
  const file = (await shown(url, index, project)).find((one) => one.filename === filename);
  if (file === undefined) throw new Error(`${filename} is not on the page of ${project} in ${index}`);
  return file.url;
}

/** Makes an index; settings are devpi's. */
export async function makeIndex(
  url: string,
  index: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { status, body } = await ask(`${url}/${index}`, {
    method: "PUT",
    as: "root",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(settings),
  });
  if (status !== 200) throw new Error(`making ${index}: ${status} ${body}`);
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A wheel with what it was made of. */
export interface MadeWheel {
  readonly options: WheelOptions;
  readonly file: ArchiveFile;
}

export function makeWheel(options: WheelOptions): MadeWheel {
  return { options, file: aWheelFile(options) };
}
