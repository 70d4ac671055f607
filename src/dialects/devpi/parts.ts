import type { Access } from "#access";
import type { Repository } from "#core";
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

/** Whether devpi's words can speak of it: an index has projects. */
export function isIndex({ registry }: Pick<DevpiParts, "registry">, { format }: Repository): boolean {
  return registry.format(format).knowsProjects;
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
