import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Access, openAccess, openSealer } from "#access";
import { nativeApi } from "#api";
import type { Instant, Principal, RepositoryName, UserName } from "#core";
import {
  type Dialect,
  type FrontDoor,
  type FrontDoorSettings,
  type InjectedReply,
  type InjectedRequest,
  openFrontDoor,
  type RequestRecord,
} from "#http";
import { type NewRepository, openRegistry, type Registry } from "#registry";
import { openUpstreams } from "#upstream";
import { devpiDialect } from "../../src/dialects/devpi/index.ts";
import { pythonFormat } from "../../src/formats/python/index.ts";
import { openSqliteStore } from "../../src/stores/sqlite/index.ts";
import { CHEAP } from "./access-world.ts";
import { aWheelFile, uploadOf } from "./archives.ts";
import { memoryBlobs } from "./memory-stores.ts";
import { A_SERVER, A_STATUS } from "./spoken-world.ts";

/** The front door over a real registry and real access; `alice/dev` is open, `alice/closed` is not. */
export interface FrontWorld extends AsyncDisposable {
  readonly door: FrontDoor;
  readonly registry: Registry;
  readonly access: Access;
  /** One line for each answer so far. */
  readonly records: readonly RequestRecord[];
  ask(url: string, request?: Ask): Promise<InjectedReply>;
  /** Uploads a wheel as alice. */
  publish(repository: string, name: string, version: string): Promise<InjectedReply>;
  tick(seconds: number): void;
}

export interface Ask extends Omit<InjectedRequest, "url"> {
  /** Signs in with the password that the world gave the account. */
  readonly as?: string;
}

const SYSTEM: Principal = { kind: "system", reason: "test" };
const NOTHING_SAID = { email: null, title: null, description: null, customData: null };

/** `Authorization` of an account of the world. */
export function basic(user: string, password = `${user}'s password`): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

export async function openFrontWorld(
  options: { readonly settings?: Partial<FrontDoorSettings>; readonly more?: readonly Dialect[] } = {},
): Promise<FrontWorld> {
  let time = Date.UTC(2026, 10, 24, 10, 42, 18);
  const now = (): Instant => time as Instant;
  const records: RequestRecord[] = [];
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vivarium-front-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const { metadata, state } = opened.use(await openSqliteStore({ folder, now }));
  const sealer = openSealer(Buffer.alloc(32, 7));
  const python = pythonFormat();
  const registry = opened.use(
    await openRegistry({
      metadata,
      blobs: memoryBlobs(),
      state,
      formats: new Map([[python.name, python]]),
      upstreams: openUpstreams({ now, random: () => 0.5, userAgent: "vivarium/test" }),
      open: sealer.open,
      now,
      wait: async () => {},
      settings: { fileSizeBytesMax: 1 << 30, memoryBytesMax: 1 << 24, restrictModify: null, trashMilliseconds: 0 },
    }),
  );
  const signUp = { policy: "closed", isLoopbackOnly: true, isTerminal: true } as const;
  const access = opened.use(
    openAccess({ metadata, state, accounts: registry.accounts, sealer, signUp, now, hashingCost: CHEAP }),
  );
  const server = { ...A_SERVER, isLockedDown: options.settings?.isLockedDown ?? false };
  const spoken = { registry, access, installationId: "installation-1", version: "0.0.1" };
  const door = opened.use(
    await openFrontDoor({
      registry,
      access,
      dialects: [
        ...(options.more ?? []),
        nativeApi({ ...spoken, status: async () => A_STATUS }),
        devpiDialect({ ...spoken, server }),
      ],
      settings: {
        publicUrl: null,
        trustedProxies: [],
        bodySizeBytesMax: 1 << 20,
        memoryBytesMax: 1 << 22,
        ...options.settings,
      },
      now,
      record: (record) => records.push(record),
      whyNotReady: async () => null,
      moreMetrics: async () => "# TYPE vivarium_more gauge\nvivarium_more 1\n",
    }),
  );
  for (const name of ["root", "alice", "bob"] as UserName[]) {
    const passwordHash = await access.hashPassword(`${name}'s password`);
    await registry.accounts.create(SYSTEM, { ...NOTHING_SAID, name, passwordHash });
  }
  const make = (name: string, settings: NewRepository) =>
    registry.repositoriesAdmin.create(SYSTEM, name as RepositoryName, settings);
  await make("alice/dev", { kind: "local" });
  await make("alice/closed", { kind: "local", readers: ["alice"] });
  await make("root/pub", { kind: "virtual", members: ["alice/dev" as RepositoryName] });
  const closing = opened.move();

  function ask(url: string, { as, ...request }: Ask = {}): Promise<InjectedReply> {
    const signedIn = as === undefined ? {} : { authorization: basic(as) };
    return door.inject({ ...request, url, headers: { ...signedIn, ...request.headers } });
  }

  return {
    door,
    registry,
    access,
    records,
    ask,
    publish(repository, name, version) {
      const { contentType, body } = uploadOf(aWheelFile({ name, version }), { name, version });
      const headers = { "content-type": contentType };
      return ask(`/${repository}/`, { method: "POST", as: "alice", headers, body });
    },
    tick(seconds) {
      time += seconds * 1000;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
