import { hash } from "node:crypto";
import type { Access } from "#access";
import type { Instant, Json, JsonObject, Principal, RepositoryName } from "#core";
import type { Registry } from "#registry";
import { objectIn } from "../../json-values.ts";
import type { Draft, MoveInReport } from "./report.ts";
import type { DevpiSource } from "./source.ts";

export interface MoveInParts {
  readonly registry: Registry;
  readonly access: Access;
  readonly source: DevpiSource;
  readonly now: () => Instant;
  /** Aborted: what runs is finished, nothing more is begun. */
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  /** Accounts and nothing else. */
  readonly usersOnly: boolean;
  /** The house was made for this move, so that what it came with gives way. */
  readonly isFresh: boolean;
}

export interface Progress {
  readonly phase: "copying" | "comparing";
  readonly done: number;
  readonly total: number;
  readonly unit: "files" | "projects";
  readonly bytes: number;
}

/** One move, while it runs. */
export interface Mover extends MoveInParts {
  readonly principal: Principal;
  readonly report: Draft<MoveInReport>;
  /** Names here by names there. */
  readonly users: Map<string, string>;
  readonly indexes: Map<string, RepositoryName>;
}

export const MOVER: Principal = { kind: "system", reason: "moving in from devpi" };

/** Names to try, the own one first; what can be no name at all is mended before. */
export function* namesLike(name: string): Generator<string> {
  const mended = name.replace(/[\x00-\x2c\x2f\x3a-\x3f\x5b-\x5e\x60\x7b-\x9f]/g, "-").replace(/^\.+$/, "-");
  yield mended;
  yield `${mended}-devpi`;
  for (let count = 2; count < 100; count += 1) yield `${mended}-devpi-${count}`;
}

/** Tells one state of something from another. */
export function fingerprintOf(value: Json): string {
  return hash("sha256", JSON.stringify(value));
}

/** What an earlier run has noted under the key. */
export async function noteOf({ registry }: Mover, key: string): Promise<JsonObject | null> {
  return objectIn((await registry.moving.note(key)) ?? undefined);
}
