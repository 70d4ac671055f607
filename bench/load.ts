import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import type { BenchWheel } from "./dataset.ts";

const run = promisify(execFile);

/** What a closed loop of connections got in a few seconds. */
export interface Load {
  readonly perSecond: number;
  readonly megabytesPerSecond: number;
  readonly p99: string;
}

export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Asks one address over and over with wrk; throws when an answer was not 2xx or 3xx. */
export async function load(url: string, { connections, seconds, headers }: LoadOptions): Promise<Load> {
  const lines = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const { stdout } = await run("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", ...lines, url]);
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(stdout);
  if (bad) throw new Error(`${bad[1]} bad answers from ${url}`);
  const [, amount = "0", unit = "B"] = /Transfer\/sec:\s+([\d.]+)(\w+)/.exec(stdout) ?? [];
  const scale: Record<string, number> = { B: 1e-6, KB: 1e-3, MB: 1, GB: 1e3 };
  return {
    perSecond: Math.round(Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? 0)),
    megabytesPerSecond: Number(amount) * (scale[unit] ?? 0),
    p99: /99%\s+(\S+)/.exec(stdout)?.[1] ?? "?",
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly milliseconds: number;
  readonly firstByteMilliseconds: number;
}

export interface Ask {
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly agent?: Agent;
}

/** One request, timed; redirects on the same server are followed. */
export async function ask(options: Ask): Promise<Answer> {
  const began = performance.now();
  for (let path = options.path, hops = 0; ; hops += 1) {
    const answer = await askOnce({ ...options, path }, began);
    const location = answer.headers.location;
    if (answer.status < 300 || answer.status > 399 || location === undefined || hops === 5) return answer;
    const next = new URL(location, `http://127.0.0.1:${options.port}${path}`);
    path = next.pathname + next.search;
  }
}

function askOnce(options: Ask, began: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: "127.0.0.1",
        port: options.port,
        path: options.path,
        method: options.method ?? "GET",
        headers: { ...options.headers },
        agent: options.agent ?? false,
        timeout: 120_000,
      },
      (incoming) => {
        let firstByteMilliseconds = 0;
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => {
          firstByteMilliseconds ||= performance.now() - began;
          chunks.push(chunk);
        });
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks),
            milliseconds: performance.now() - began,
            firstByteMilliseconds,
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer from ${options.path} within two minutes`)));
    outgoing.end(options.body);
  });
}

const BOUNDARY = "----vivarium-bench";

/** The body of an upload as twine sends it. */
export function uploadBody(wheel: BenchWheel): Buffer {
  const bytes = readFileSync(wheel.path);
  const fields: Record<string, string> = {
    ":action": "file_upload",
    protocol_version: "1",
    metadata_version: "2.1",
    name: wheel.name,
    version: wheel.version,
    filetype: "bdist_wheel",
    pyversion: "py3",
    sha256_digest: createHash("sha256").update(bytes).digest("hex"),
    md5_digest: createHash("md5").update(bytes).digest("hex"),
    summary: "bench",
    requires_python: ">=3.8",
  };
  const head = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="${wheel.filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return Buffer.concat([Buffer.from(head.join("") + file), bytes, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

/** Uploads per second by four clients on kept connections, whose forms are made beforehand; throws at the first refusal. */
export async function uploads(
  port: number,
  path: string,
  authorization: string | null,
  wheels: readonly BenchWheel[],
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const todo = wheels.map((wheel) => ({ wheel, body: uploadBody(wheel) }));
  const headers = {
    "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
    ...(authorization === null ? {} : { authorization }),
  };
  const began = performance.now();
  const client = async (): Promise<void> => {
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { wheel, body } = next;
      const answer = await ask({
        port,
        path,
        method: "POST",
        headers: { ...headers, "content-length": String(body.byteLength) },
        body,
        agent,
      }).catch(
        // A server that closes after each answer: the kept connection was gone; a client would send it again.
        () =>
          ask({ port, path, method: "POST", headers: { ...headers, "content-length": String(body.byteLength) }, body }),
      );
      if (answer.status >= 300)
        throw new Error(`upload of ${wheel.filename}: ${answer.status} ${answer.body.toString().slice(0, 200)}`);
    }
  };
  await Promise.all([client(), client(), client(), client()]);
  agent.destroy();
  return wheels.length / ((performance.now() - began) / 1000);
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** The path of a file that a project page links to. */
export async function linkOn(
  port: number,
  page: string,
  filename: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { status, body } = await ask({
    port,
    path: page,
    headers: { accept: "text/html", "user-agent": "pip/26.0", ...headers, "accept-encoding": "identity" },
  });
  const href = new RegExp(`href="((?:[^"#]*/)?${RegExp.escape(filename)})[#"]`).exec(body.toString())?.[1];
  if (href === undefined) throw new Error(`${page} (${status}) has no link to ${filename}`);
  return new URL(href.replaceAll("&amp;", "&"), `http://127.0.0.1:${port}${page}`).pathname;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function quantile(values: readonly number[], share: number): number {
  return (
    [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
  );
}
