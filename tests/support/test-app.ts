import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instant, JsonObject } from "#core";
import type { InjectedReply, RequestRecord } from "#http";
import { type App, openApp, type World } from "../../src/app.ts";
import { type Config, loadConfig } from "../../src/process/config.ts";
import { upstreamOf } from "../../src/process/find-upstream.ts";
import { type FirstStart, firstStart } from "../../src/process/first-start.ts";
import type { LogFacts } from "../../src/process/log.ts";
import { CHEAP } from "./access-world.ts";
import { type ArchiveFile, type MetadataOptions, uploadOf } from "./archives.ts";

/** The whole house in one process over a temporary folder, without a socket, with a clock that the test moves. */
export interface TestApp extends AsyncDisposable {
  /** Changes with {@link TestApp.restart}. */
  readonly app: App;
  readonly first: FirstStart;
  readonly dataFolder: string;
  readonly records: readonly RequestRecord[];
  readonly notes: readonly Note[];
  /** Signs in by password; root and every user that {@link TestApp.user} made have `<name>'s password`. */
  as(name: string, password?: string): Visitor;
  /** A token as password of `__token__`. */
  withToken(secret: string): Visitor;
  anyone(): Visitor;
  /** Makes an account, by root. */
  user(name: string): Promise<Visitor>;
  /** Makes a repository, by its owner; settings as in our API. */
  index(name: string, settings?: JsonObject): Promise<void>;
  tick(seconds: number): void;
  /** Closes the house and opens it again over the same folder. */
  restart(change?: Partial<Config>): Promise<void>;
}

export interface Note {
  readonly level: string;
  readonly message: string;
  readonly facts: LogFacts;
}

/** Somebody with, or without, credentials. */
export interface Visitor {
  ask(method: string, url: string, options?: AskOptions): Promise<InjectedReply>;
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<InjectedReply>;
  /** As twine does it. */
  publish(index: string, file: ArchiveFile, metadata: MetadataOptions): Promise<InjectedReply>;
  /** The JSON page. */
  simplePage(index: string, project: string): Promise<SimplePage>;
  /** A listed file's bytes. */
  download(index: string, project: string, filename: string): Promise<Buffer>;
}

export interface AskOptions {
  readonly json?: unknown;
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly remoteAddress?: string;
}

/** PEP 691, as far as tests look at it. */
export interface SimplePage {
  readonly name: string;
  readonly versions: readonly string[];
  readonly files: readonly {
    readonly filename: string;
    readonly url: string;
    readonly size: number;
    readonly hashes: Readonly<Record<string, string>>;
    readonly yanked: boolean | string;
    readonly "core-metadata": unknown;
  }[];
  readonly "project-status"?: { readonly status: string; readonly reason?: string };
}

export const JSON_PAGE = "application/vnd.pypi.simple.v1+json";

export interface TestAppOptions {
  /** Of `root/pypi`; none when not given. */
  readonly upstream?: string;
  readonly config?: Partial<Config>;
  /** Started from a terminal: sign-up on loopback is open. */
  readonly isTerminal?: boolean;
  /** Kept when the house is closed. */
  readonly dataFolder?: string;
  readonly rootPassword?: string | null;
  /** Where built pages are; without it there are none. */
  readonly pagesFolder?: string;
}

export async function openTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), "vivarium-journey-")));
  const records: RequestRecord[] = [];
  const notes: Note[] = [];
  let time = Date.UTC(2026, 10, 24, 10, 42, 18);
  const now = (): Instant => time as Instant;
  const { config: defaults } = await loadConfig({
    flags: { data: dataFolder },
    env: {},
    readFile: async () => null,
    workingFolder: dataFolder,
  });
  const world: World = {
    now,
    random: () => 0.5,
    version: "0.0.0",
    isTerminal: options.isTerminal ?? false,
    log: {
      request: (record) => void records.push(record),
      note: (level, message, facts = {}) => void notes.push({ level, message, facts }),
      flush() {},
    },
    process: {
      startedAtSeconds: 0,
      memory: () => ({ rss: 1, heapUsed: 1, external: 1 }),
      cpuSeconds: () => 0,
      eventLoopUtilization: () => 0,
    },
    hashingCost: CHEAP,
    ...(options.pagesFolder === undefined ? {} : { pagesFolder: options.pagesFolder }),
    upstreamLimits: { retries: 0, retryMilliseconds: 1, failuresMax: 1_000_000 },
  };

  async function open(change: Partial<Config> = {}): Promise<{ app: App; first: FirstStart }> {
    const config = { ...defaults, graceSeconds: 1, trashDays: 0, ...options.config, ...change };
    const app = await openApp(config, world);
    try {
      const first = await firstStart({
        app,
        rootPassword: options.rootPassword === undefined ? "root's password" : options.rootPassword,
        randomBytes: (count) => Buffer.alloc(count, 7),
        configured: config.upstream,
        findUpstream: async () =>
          config.upstream === "none" ? null : upstreamOf(config.upstream ?? options.upstream ?? "", "the test"),
      });
      await first.search;
      return { app, first };
    } catch (error) {
      await app[Symbol.asyncDispose]();
      throw error;
    }
  }

  let opened = await open();

  function visitor(authorization: string | null): Visitor {
    return visitorOf((request) => opened.app.frontDoor.inject(request), authorization);
  }

  const self: TestApp = {
    get app() {
      return opened.app;
    },
    get first() {
      return opened.first;
    },
    dataFolder,
    records,
    notes,
    as: (name, password = `${name}'s password`) => visitor(basic(name, password)),
    withToken: (secret) => visitor(basic("__token__", secret)),
    anyone: () => visitor(null),
    async user(name) {
      const json = { name, password: `${name}'s password` };
      expectStatus(await self.as("root").ask("POST", "/api/v1/users", { json }), 201);
      return self.as(name);
    },
    async index(name, settings = {}) {
      const owner = name.split("/")[0] ?? "";
      const { kind = "local" } = settings;
      const json = { kind, ...(kind === "local" ? { mutability: "volatile" } : {}), ...settings };
      expectStatus(await self.as(owner).ask("PUT", `/api/v1/repositories/${name}`, { json }), 201);
    },
    tick(seconds) {
      time += seconds * 1000;
    },
    async restart(change) {
      await opened.app[Symbol.asyncDispose]();
      opened = await open(change);
    },
    async [Symbol.asyncDispose]() {
      await opened.app[Symbol.asyncDispose]();
      if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true });
    },
  };
  return self;
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** For what a test takes for granted: says what was answered instead. */
export function expectStatus(reply: InjectedReply, status: number): InjectedReply {
  if (reply.status === status) return reply;
  throw new Error(
    `answered ${reply.status} ${reply.reason} instead of ${status}: ${reply.body.toString().slice(0, 500)}`,
  );
}

/** The body as JSON. */
export function jsonOf<Value>(reply: InjectedReply): Value {
  return JSON.parse(reply.body.toString()) as Value;
}

function visitorOf(inject: App["frontDoor"]["inject"], authorization: string | null): Visitor {
  const own: Record<string, string> = authorization === null ? {} : { authorization };
  const self: Visitor = {
    ask(method, url, { json, body, headers = {}, remoteAddress } = {}) {
      return inject({
        method,
        url,
        headers: {
          host: "localhost:3141",
          ...own,
          ...(json === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        ...(body === undefined ? {} : { body }),
        ...(remoteAddress === undefined ? {} : { remoteAddress }),
      });
    },
    get: (url, headers = {}) => self.ask("GET", url, { headers }),
    publish(index, file, metadata) {
      const { contentType, body } = uploadOf(file, metadata);
      return self.ask("POST", `/${index}/`, { body, headers: { "content-type": contentType } });
    },
    async simplePage(index, project) {
      const reply = await self.get(`/${index}/simple/${project}/`, { accept: JSON_PAGE });
      return jsonOf(expectStatus(reply, 200));
    },
    async download(index, project, filename) {
      const path = `/${index}/simple/${project}/`;
      const file = (await self.simplePage(index, project)).files.find((candidate) => candidate.filename === filename);
      if (file === undefined) throw new Error(`${path} does not list ${filename}`);
      const { pathname } = new URL(file.url, `http://localhost:3141${path}`);
      return expectStatus(await self.get(pathname), 200).body;
    },
  };
  return self;
}
