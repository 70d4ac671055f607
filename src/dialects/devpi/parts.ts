import type { Access } from "#access";
import type { Registry } from "#registry";

/** What devpi's protocol is spoken over. */
export interface DevpiParts {
  readonly registry: Registry;
  readonly access: Access;
  /** Names this installation to clients and replicas. */
  readonly installationId: string;
  /** Our own version. */
  readonly version: string;
  readonly server: ServerFacts;
}

/** How the server was started, as `+status` and `+authcheck` have it. */
export interface ServerFacts {
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | null;
  /** Nothing is readable without a sign-in. */
  readonly isLockedDown: boolean;
}

/** The protocol's number; clients stop at any other. */
export const API_VERSION = "2";
/** The devpi-server whose protocol this is, for clients that look. */
export const SERVER_VERSION = "6.20.3";
