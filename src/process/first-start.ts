import { setTimeout as pause } from "node:timers/promises";
import { type Principal, RegistryError, type RepositoryName, type Seq, type UserName } from "#core";
import type { App } from "../app.ts";
import type { FoundUpstream } from "./find-upstream.ts";

/** What a fresh installation gets; the same for `serve` and `init`. */
export interface FirstStart {
  /** `false`: the installation was there already. */
  readonly isFirst: boolean;
  /** Made here and known to nobody else; `null`: it was given, or was there before. */
  readonly rootPassword: string | null;
  /** The search for what `root/pypi` reads from; `null`: it has an address, shall have none, or was removed. Never rejects. */
  readonly search: Promise<UpstreamSearch> | null;
}

export type UpstreamSearch =
  | { readonly kind: "found"; readonly upstream: FoundUpstream }
  | { readonly kind: "none" }
  | { readonly kind: "failed"; readonly cause: unknown };

export interface FirstStartParts {
  readonly app: Pick<App, "registry" | "access" | "metadata">;
  /** The setting 'upstream': an address, `none`, or `null`: whatever is found. */
  readonly configured: string | null;
  /** Given by whoever starts it; `null`: make one. */
  readonly rootPassword: string | null;
  /** Asked only when `root/pypi` has no address yet. */
  readonly findUpstream: () => Promise<FoundUpstream | null>;
  readonly randomBytes: (count: number) => Uint8Array;
}

export const ROOT = "root" as UserName;
export const DEFAULT_REMOTE = "root/pypi" as RepositoryName;
const FIRST_START: Principal = { kind: "system", reason: "first start" };
/** Stands in the journal's first entry, and so is remembered as long as the installation. */
const FIRST_START_ALONE = { kind: "system", reason: "first start without an upstream" } as const satisfies Principal;
/** The start waits so long for the search; after that it goes on beside it. */
const PATIENCE_MS = 700;
const PASSWORD_BYTES = 18;

/** Makes root and `root/pypi` where they are missing. Safe at every start, also after one that was killed. */
export async function firstStart(parts: FirstStartParts): Promise<FirstStart> {
  const { registry, metadata } = parts.app;
  const root = await makeRoot(parts);
  // One entry: a first start was ended between root and its remote. Later on, a remote that is missing was removed.
  const isFresh = root.isMade || metadata.head === 1;
  if (isFresh) await makeRemote(parts);
  const remote = await registry.repository(DEFAULT_REMOTE);
  const isUnset = remote?.kind === "remote" && remote.url === null;
  // No upstream was wanted at the first start: none is looked for until one is named.
  const isSearched = isUnset && (parts.configured !== null || !(await hasBegunAlone(parts)));
  const search = isSearched ? searchFor(parts) : null;
  if (isFresh && search !== null) await Promise.race([search, pause(PATIENCE_MS, undefined, { ref: false })]);
  return { isFirst: root.isMade, rootPassword: root.password, search };
}

async function hasBegunAlone({ app }: FirstStartParts): Promise<boolean> {
  const [first] = await app.metadata.read((view) => view.entries(0 as Seq, 1));
  return first?.by.kind === FIRST_START_ALONE.kind && first.by.name === FIRST_START_ALONE.reason;
}

async function makeRoot({
  app,
  configured,
  rootPassword,
  randomBytes,
}: FirstStartParts): Promise<{ readonly isMade: boolean; readonly password: string | null }> {
  const { accounts } = app.registry;
  const there = { isMade: false, password: null };
  if ((await accounts.user(ROOT)) !== null) return there;
  const password = rootPassword ?? Buffer.from(randomBytes(PASSWORD_BYTES)).toString("base64url");
  const passwordHash = await app.access.hashPassword(password);
  try {
    await accounts.create(configured === "none" ? FIRST_START_ALONE : FIRST_START, {
      name: ROOT,
      email: null,
      title: null,
      description: null,
      customData: null,
      passwordHash,
    });
  } catch (error) {
    // Another process has begun with the same folder at the same time; its root stands.
    if (isRefusal(error, "user-exists")) return there;
    throw error;
  }
  return { isMade: true, password: rootPassword === null ? password : null };
}

/** Without an address at first: a start that is ended during the search leaves one that a later start completes. */
async function makeRemote({ app }: FirstStartParts): Promise<void> {
  try {
    await app.registry.repositoriesAdmin.create(FIRST_START, DEFAULT_REMOTE, {
      kind: "remote",
      mutability: "immutable",
    });
  } catch (error) {
    if (!isRefusal(error, "repository-exists")) throw error;
  }
}

async function searchFor({ app, findUpstream }: FirstStartParts): Promise<UpstreamSearch> {
  try {
    const upstream = await findUpstream();
    if (upstream === null) return { kind: "none" };
    const credentials = upstream.credentials === null ? null : app.access.seal(upstream.credentials);
    await app.registry.repositoriesAdmin.modify(FIRST_START, DEFAULT_REMOTE, (current) =>
      // Whoever has set it up meanwhile knows better.
      current.kind === "remote" && current.url === null ? { ...current, url: upstream.url, credentials } : current,
    );
    return { kind: "found", upstream };
  } catch (cause) {
    return { kind: "failed", cause };
  }
}

function isRefusal(error: unknown, code: string): boolean {
  return error instanceof RegistryError && error.problem.code === code;
}
