import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Access, openAccess, openSealer } from "#access";
import type { ServerFigures } from "#api";
import {
  ANONYMOUS,
  type Instant,
  type Json,
  type Principal,
  type Problem,
  type ProjectName,
  RegistryError,
  type Reply,
  type RepositoryName,
  type UserName,
} from "#core";
import { type Dialect, type DialectRoute, messageOf, statusOf, type Target } from "#http";
import { type NewRepository, openRegistry, type Registry, type RegistrySettings } from "#registry";
import { openUpstreams } from "#upstream";
import { pythonFormat } from "../../src/formats/python/index.ts";
import { choose, routeTable } from "../../src/http/route-table.ts";
import { placeOf } from "../../src/http/routing.ts";
import { openSqliteStore } from "../../src/stores/sqlite/index.ts";
import { CHEAP } from "./access-world.ts";
import { aCall, aUser, type CallWish } from "./fake-call.ts";
import { memoryBlobs } from "./memory-stores.ts";

/** A dialect spoken over a real registry and real access, without the front door: routes are called as it would. */
export interface SpokenWorld extends AsyncDisposable {
  readonly registry: Registry;
  readonly access: Access;
  ask(method: string, path: string, wish?: Wish): Promise<Answer>;
  /** Publishes an artifact of that version; `text` is its bytes. */
  upload(index: string, name: string, version: string, text?: string): Promise<void>;
  makeUsers(...names: readonly string[]): Promise<void>;
  makeRepository(name: string, settings: NewRepository): Promise<void>;
  tick(seconds: number): void;
}

/** `as`: an account by its name, or a principal; nobody when not given. */
export interface Wish extends Omit<CallWish, "as" | "method" | "path" | "params" | "query"> {
  readonly as?: string | Principal;
}

export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly location: string | null;
  /** What it was refused with. */
  readonly problem: Problem | null;
  readonly reply: Reply | null;
}

export interface SpokenParts {
  readonly registry: Registry;
  readonly access: Access;
  readonly installationId: string;
  readonly version: string;
  readonly server: typeof A_SERVER;
  readonly status: () => Promise<ServerFigures>;
}

/** How the server was started, as devpi's dialect tells it. */
export const A_SERVER = {
  dataFolder: "/srv/vivarium",
  host: "127.0.0.1",
  port: 3141,
  publicUrl: null as string | null,
  isLockedDown: false,
};

/** How the running server is, told by nobody's wiring. */
export const A_STATUS: ServerFigures = {
  startedAt: "2026-11-24T10:00:00.000Z",
  at: "2026-11-24T10:42:18.000Z",
  traffic: { requests: 0, refusals: 0, failures: 0, sentBytes: 0, milliseconds: 0, uploads: 0, minutes: [] },
  caches: [],
  stored: { projects: 0, files: 0, sizeBytes: 0 },
  disk: null,
  upstreams: [],
  process: { memoryBytes: 1, heapBytes: 1, cpuSeconds: 0 },
  failedRequests: [],
  jobs: [],
};

export const SYSTEM: Principal = { kind: "system", reason: "test" };

export async function openSpokenWorld(
  speak: (parts: SpokenParts) => Dialect,
  settings: Partial<RegistrySettings> & { readonly signUp?: "open" | "closed"; readonly isLockedDown?: boolean } = {},
): Promise<SpokenWorld> {
  const { signUp = "open", isLockedDown = false, ...registrySettings } = settings;
  let time = Date.UTC(2026, 10, 24, 10, 42, 18);
  const now = (): Instant => time as Instant;
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vivarium-spoken-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const { metadata, state } = opened.use(await openSqliteStore({ folder, now }));
  const limits = { retryMilliseconds: 1, failuresMax: 1_000 };
  const upstreams = opened.use(openUpstreams({ now, random: () => 0.5, userAgent: "vivarium/test", limits }));
  const format = pythonFormat();
  const sealer = openSealer(Buffer.alloc(32, 7));
  const registry = opened.use(
    await openRegistry({
      metadata,
      blobs: memoryBlobs(),
      state,
      formats: new Map([[format.name, format]]),
      upstreams,
      open: sealer.open,
      now,
      wait: async () => {},
      settings: {
        fileSizeBytesMax: 1 << 30,
        memoryBytesMax: 1 << 24,
        restrictModify: null,
        trashMilliseconds: 0,
        ...registrySettings,
      },
    }),
  );
  const access = opened.use(
    openAccess({
      metadata,
      state,
      accounts: registry.accounts,
      sealer,
      signUp: { policy: signUp, isLoopbackOnly: true, isTerminal: true },
      now,
      hashingCost: CHEAP,
      normalizeProject: (project) => format.normalize(project) ?? project,
    }),
  );
  const dialect = speak({
    registry,
    access,
    installationId: "installation-1",
    version: "0.0.1",
    server: { ...A_SERVER, isLockedDown },
    status: async () => A_STATUS,
  });
  const finder = finderIn(dialect, registry);
  const closing = opened.move();
  const world: SpokenWorld = {
    registry,
    access,
    ask: (method, path, wish = {}) => asked(dialect, finder, { method, path, now: now(), ...wish }),
    upload: (index, name, version, text) => upload(registry, { index, name, version, text: text ?? name + version }),
    async makeUsers(...names) {
      for (const name of names) {
        const passwordHash = await access.hashPassword(`${name}'s password`);
        await registry.accounts.create(SYSTEM, { ...NOTHING_SAID, name: name as UserName, passwordHash });
      }
    },
    async makeRepository(name, wanted) {
      await registry.repositoriesAdmin.create(SYSTEM, name as RepositoryName, wanted);
    },
    tick(seconds) {
      time += seconds * 1000;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
  await world.makeUsers("root");
  return world;
}

const NOTHING_SAID = { email: null, title: null, description: null, customData: null };

type Finder = (
  wish: CallWish,
) => Promise<{ readonly route: DialectRoute; readonly target: Target; readonly call: CallWish } | null>;

/** Which route takes a request, by the front door's own rules. */
function finderIn({ routes }: Dialect, registry: Registry): Finder {
  const tables = Object.fromEntries(
    (["root", "owner", "repository"] as const).map((scope) => [
      scope,
      routeTable(
        routes.filter((route) => route.scope === scope),
        true,
      ),
    ]),
  );
  return async (wish) => {
    const place = await placeOf(wish.path ?? "/", {
      exists: async (name) => (await registry.repository(name)) !== null,
      withKey: async (key) => (await registry.repositoryByKey(key))?.name ?? null,
    });
    const callWith = (params: Readonly<Record<string, string>>) => ({ ...wish, path: place.path, params });
    const matches = tables[place.scope]?.find(place.path) ?? [];
    const { chosen } = choose(matches, wish.method ?? "GET", (params) => aCall(callWith(params)));
    if (chosen === null) return null;
    const repository = place.scope === "repository" ? place.repository : null;
    const owner = place.scope === "owner" ? place.owner : ((repository?.split("/")[0] ?? null) as UserName | null);
    return { route: chosen.route, target: { owner, repository }, call: callWith(chosen.params) };
  };
}

async function asked(
  dialect: Dialect,
  find: Finder,
  { as, ...request }: Wish & { readonly method: string; readonly path: string },
): Promise<Answer> {
  const url = new URL(request.path, "http://here.example");
  const wish: CallWish = {
    ...request,
    path: decodeURIComponent(url.pathname),
    query: Object.fromEntries(url.searchParams),
    as: as === undefined ? ANONYMOUS : typeof as === "string" ? aUser(as) : as,
  };
  try {
    const found = await find(wish);
    if (found === null) throw new RegistryError({ code: "route-not-found", path: wish.path ?? "/" });
    const reply = await found.route.handle(aCall(found.call), found.target);
    return { ...shown(reply), problem: null, reply };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const { problem } = error;
    const { body } = dialect.renderProblem(problem, messageOf(problem), aCall(wish), statusOf(problem, dialect.name));
    const read = body.startsWith("<") ? body : (JSON.parse(body) as Json);
    return { status: statusOf(problem, dialect.name), body: read, location: null, problem, reply: null };
  }
}

function shown(reply: Reply): Pick<Answer, "status" | "body" | "location"> {
  switch (reply.kind) {
    case "json":
      // As it arrives: what cannot be written as JSON is lost on the way.
      return { status: reply.status, body: JSON.parse(JSON.stringify(reply.body)) as Json, location: null };
    case "redirect":
      return { status: reply.status, body: null, location: reply.to };
    case "bytes":
      return { status: reply.status, body: String(reply.body), location: null };
    case "file":
      return { status: 200, body: null, location: null };
    default:
      return { status: reply.status, body: null, location: null };
  }
}

async function upload(
  registry: Registry,
  { index, name, version, text }: { index: string; name: string; version: string; text: string },
): Promise<void> {
  const repository = index as RepositoryName;
  const owner = repository.split("/")[0] ?? "";
  const desk = await registry.desk(repository, aUser(owner), "publish");
  await using received = await desk.receive(chunksOf(Buffer.from(text)));
  const project = name.toLowerCase().replace(/[-_.]+/g, "-") as ProjectName;
  await desk.publish({
    project,
    displayName: name,
    version,
    filename: `${project.replaceAll("-", "_")}-${version}.tar.gz`,
    received,
    attributes: {},
    versionAttributes: { name, summary: `the ${version} of ${name}` },
    companions: {},
  });
}

async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}
