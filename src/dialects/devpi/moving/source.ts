import type { Instant, Json, JsonObject } from "#core";

/** A devpi to move in from: the folder that `devpi-export` wrote, or a server that still runs. */
export interface DevpiSource {
  /** How messages call it. */
  readonly where: string;
  /** `false`: it tells everything about users but how they sign in. */
  readonly hasPasswords: boolean;
  /** A server that still runs: what it does not tell of is not there any more. */
  readonly isLive: boolean;
  /** Grows with every change over there, and whose it is; `null`: it does not say. */
  readonly serial: string | null;
  readonly installation: string | null;
  readonly users: readonly DevpiUser[];
  readonly indexes: readonly DevpiIndex[];
  /** The files that there are; `null`: that is known only when all projects have been read. */
  readonly filesTotal: number | null;
  project(index: DevpiIndex, name: string): Promise<DevpiProject>;
}

export interface DevpiUser {
  readonly name: string;
  /** `email`, `title`, `created` and so on, as devpi keeps them; no secret among them. */
  readonly config: JsonObject;
  /** `null`: none that is known; the user signs in otherwise, or not at all. */
  readonly password: { readonly pwhash: string; readonly pwsalt: string | null } | null;
}

export interface DevpiIndex {
  /** `user/index` */
  readonly name: string;
  readonly config: JsonObject;
  /** Names as the source has them, of its own projects. */
  readonly projects: readonly string[];
}

export interface DevpiProject {
  readonly versions: readonly { readonly version: string; readonly record: JsonObject }[];
  readonly files: readonly DevpiFile[];
}

export interface DevpiFile {
  readonly kind: "release" | "documentation" | "test-result";
  readonly filename: string;
  /** `null`: the source does not say. */
  readonly version: string | null;
  /** Lower-case algorithm to lower-case hex; perhaps empty. */
  readonly digests: Readonly<Record<string, string>>;
  /** As devpi keeps it; `null`: there is none. */
  readonly log: Json | null;
  /** The file that a test result is about. */
  readonly about: string | null;
  /** Where a mirror has it from. */
  readonly url: string | null;
  /** How messages call it. */
  readonly where: string;
  /** Throws {@link SourceFault} when it is not there; so does reading, when it breaks off. */
  open(): Promise<OpenedFile>;
}

export interface OpenedFile {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly lastModified: Instant | null;
}

/** The source is not what it should be: a file is missing or damaged, the server answers oddly. One sentence. */
export class SourceFault extends Error {
  override readonly name: string = "SourceFault";
}
