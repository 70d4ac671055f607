import { type Call, type Instant, isAdministrator, type Reply } from "#core";
import type { DialectRoute } from "#http";
import { resultReply } from "./answers.ts";
import { type DevpiParts, SERVER_VERSION } from "./parts.ts";

/** `GET /+status`: what `devpi` and monitoring look at; figures of the machine stand in `/+metrics`. */
export function statusRoutes(parts: DevpiParts): readonly DialectRoute[] {
  return [{ scope: "root", method: "GET", path: "/+status", handle: (call) => status(parts, call) }];
}

async function status({ registry, installationId, version, server }: DevpiParts, call: Call): Promise<Reply> {
  const lastWriteAt = secondsOf(await registry.lastWriteAt());
  // Where things are on the machine helps who administers it, and whoever breaks in.
  const isInCharge = isAdministrator(call.principal);
  return resultReply("status", {
    serverdir: isInCharge ? server.dataFolder : null,
    uuid: installationId,
    versioninfo: { "devpi-server": SERVER_VERSION, vivarium: version },
    "server-code": isInCharge ? import.meta.dirname : null,
    host: server.host,
    port: server.port,
    "outside-url": server.publicUrl,
    serial: registry.head,
    "last-commit-timestamp": lastWriteAt,
    // What follows from a write is done when it is answered, so events are never behind.
    "event-serial": registry.head,
    "event-serial-timestamp": lastWriteAt,
    "event-serial-in-sync-at": secondsOf(call.now),
    metrics: Object.entries(registry.figures()).map(([name, value]) => [
      `vivarium_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
      "gauge",
      Number(value),
    ]),
    role: "MASTER",
    polling_replicas: {},
  });
}

/** devpi tells moments in seconds, with a fraction. */
function secondsOf(at: Instant | null): number | null {
  return at === null ? null : at / 1000;
}
