import assert from "node:assert/strict";
import type { Io, Moves } from "#cli";
import type { Instant, Json } from "#core";
import document from "../../docs/openapi.json" with { type: "json" };

/** What a command reads and writes, kept for the test to look at. */
export interface FakeIo {
  readonly io: Io;
  /** Standard output so far. */
  readonly out: string;
  /** Lines of standard error so far. */
  readonly err: readonly string[];
  /** What was sent, in order. */
  readonly requests: readonly SentRequest[];
  /** Questions that were asked at the terminal. */
  readonly questions: readonly string[];
  /** As they are now, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Those that were written so that nobody else may read them. */
  readonly secretFiles: ReadonlySet<string>;
}

export interface SentRequest {
  readonly method: string;
  /** The whole address. */
  readonly url: string;
  readonly body: Json | null;
  /** The `Authorization` header; `null`: as nobody. */
  readonly authorization: string | null;
}

export interface FakeIoWish {
  readonly env?: Readonly<Record<string, string>>;
  /** By `METHOD /path below /api/v1`, with its query where answers differ by that; JSON is answered with 200, `null` with 204. */
  readonly api?: Readonly<Record<string, Json | Response>>;
  /** Instead of the API. */
  readonly fetch?: typeof globalThis.fetch;
  readonly files?: Readonly<Record<string, string>>;
  /** What can be started. */
  readonly programs?: readonly string[];
  readonly input?: string;
  /** What is typed at the terminal, in order; not given: there is no terminal. */
  readonly secrets?: readonly string[];
}

export const FAKE_NOW = Date.UTC(2026, 10, 25) as Instant;

/** A world for one command. Requests must be operations of docs/openapi.json and have its fields only. */
export function fakeIo(wish: FakeIoWish = {}): FakeIo {
  const err: string[] = [];
  const requests: SentRequest[] = [];
  const questions: string[] = [];
  const secrets = [...(wish.secrets ?? [])];
  const files = new Map(Object.entries(wish.files ?? {}));
  const secretFiles = new Set<string>();
  let out = "";
  const io: Io = {
    env: wish.env ?? {},
    out(text) {
      out += text;
    },
    err: (text) => void err.push(text),
    input: async () => wish.input ?? "",
    async askSecret(question) {
      questions.push(question);
      return secrets.shift() ?? null;
    },
    async fetch(address, init = {}) {
      const request = sentRequest(String(address), init);
      requests.push(request);
      return wish.fetch === undefined ? answerFrom(wish.api ?? {}, request) : wish.fetch(address, init);
    },
    readFile: async (path) => files.get(path) ?? null,
    async writeFile(path, text, isSecret) {
      if (text === null) files.delete(path);
      else files.set(path, text);
      if (isSecret) secretFiles.add(path);
    },
    hasProgram: async (name) => wish.programs?.includes(name) ?? false,
    homeFolder: "/home/alice",
    hostName: "laptop",
    platform: "linux",
    now: () => FAKE_NOW,
  };
  return {
    io,
    err,
    requests,
    questions,
    files,
    secretFiles,
    get out() {
      return out;
    },
  };
}

function sentRequest(url: string, init: RequestInit): SentRequest {
  return {
    method: init.method ?? "GET",
    url,
    body: typeof init.body === "string" ? (JSON.parse(init.body) as Json) : null,
    authorization: new Headers(init.headers).get("authorization"),
  };
}

function answerFrom(api: NonNullable<FakeIoWish["api"]>, request: SentRequest): Response {
  const { pathname, search } = new URL(request.url);
  const path = pathname.replace(/^.*?\/api\/v1/, "");
  checkAgainstDocument(request, path);
  const wanted = [`${request.method} ${path}${search}`, `${request.method} ${path}`].find((key) => key in api);
  const answer = wanted === undefined ? undefined : api[wanted];
  if (answer === undefined)
    assert.fail(`the command asked for ${request.method} ${path}, which the test has no answer to`);
  if (answer instanceof Response) return answer;
  return answer === null ? new Response(null, { status: 204 }) : Response.json(answer);
}

interface Schema {
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, unknown>>;
}

interface OperationText {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** A command that asks for what the server does not have fails in its own test already. */
function checkAgainstDocument({ method, body }: SentRequest, path: string): void {
  const paths = document.paths as unknown as Readonly<Record<string, Readonly<Record<string, OperationText>>>>;
  const [, operations] =
    Object.entries(paths).find(([template, each]) => fits(template, path) && method.toLowerCase() in each) ?? [];
  const operation = operations?.[method.toLowerCase()];
  assert.ok(operation !== undefined, `docs/openapi.json has no ${method} ${path}`);
  if (body === null) return;
  const known = fieldsOf(operation.requestBody?.content["application/json"]?.schema ?? {});
  for (const field of Object.keys(body)) assert.ok(known.has(field), `${method} ${path} takes no field '${field}'`);
}

function fits(template: string, path: string): boolean {
  const [wanted, given] = [template.split("/"), path.split("/")];
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith("{") || part === given[index]);
}

function fieldsOf(schema: Schema): ReadonlySet<string> {
  const schemas = document.components.schemas as unknown as Readonly<Record<string, Schema>>;
  const target = schema.$ref === undefined ? schema : (schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  const inner = [...(target.oneOf ?? []), ...(target.anyOf ?? [])].flatMap((each) => [...fieldsOf(each)]);
  return new Set([...Object.keys(target.properties ?? {}), ...inner]);
}

/** For tests in which nobody moves. */
export const noMoves: Moves = {
  importDevpi: () => Promise.reject(new Error("nobody moves in in this test")),
  importArtifactory: () => Promise.reject(new Error("nobody moves in in this test")),
  importIndex: () => Promise.reject(new Error("nobody copies an index in this test")),
  exportDevpi: () => Promise.reject(new Error("nobody moves out in this test")),
};
