import { port, publicUrl } from "./address.ts";
import { configuration } from "./configuration.ts";
import { blobs, database, journal, version } from "./data.ts";
import { type Check, type Finding, fault, skipped } from "./finding.ts";
import { disk, drafts, folder, writable } from "./folder.ts";
import { keyFile, keyFits } from "./key-file.ts";
import { openFiles, programs } from "./machine.ts";
import type { Probes } from "./probes.ts";
import { upstreams } from "./upstreams.ts";

/** Everything that is looked at, in the order of the report. */
const CHECKS: readonly Check[] = [
  configuration,
  folder,
  writable,
  disk,
  drafts,
  version,
  keyFile,
  keyFits,
  database,
  journal,
  blobs,
  port,
  publicUrl,
  upstreams,
  programs,
  openFiles,
];

/** Looks at everything, one after the other. A look that fails is a fault itself: what could not be seen is not sound. */
export async function examine(probes: Probes): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of CHECKS) findings.push(...(await looked(check, probes)));
  return findings;
}

async function looked(check: Check, probes: Probes): Promise<readonly Finding[]> {
  try {
    const missing = await missingFor(check, probes);
    return missing === null ? await check.look(probes) : [skipped(check.name, missing)];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const remedy = "run doctor as the user that the server runs as, and see what the message speaks of";
    return [fault(check.name, "cannot-look", `it cannot be seen: ${why}`, remedy)];
  }
}

/** `null`: all is there that the check needs. */
async function missingFor({ needs }: Check, { settings, files, data }: Probes): Promise<string | null> {
  if (needs === "nothing") return null;
  if ((await files.stat(settings.dataFolder))?.kind !== "folder") return "there is no data folder to look into";
  if (needs === "folder") return null;
  if ((await data.whyBereft()) !== null) return "the database is not there any more";
  const version = await data.version().catch(() => "unreadable" as const);
  if (version === "unreadable") return "the database cannot be read";
  if (version === null) return "there are no data yet";
  return version.found > version.known ? "the data are of a newer version than this program knows" : null;
}
