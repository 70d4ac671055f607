import type { Instant, RepositoryName } from "#core";
import { refusalIn, stopIfAsked } from "../../moves.ts";
import type { Mover } from "./mover.ts";
import type { MovedRepository } from "./repositories.ts";
import { SourceFault, type SourceFile } from "./source.ts";

/** Under way at a time: the other server has others to serve as well. */
const AT_ONCE = 8;

interface Work extends MovedRepository {
  readonly file: SourceFile;
}

/** All files of local repositories with their properties; what is here with the same digest is not fetched again. */
export async function moveFiles(mover: Mover, locals: readonly MovedRepository[]): Promise<void> {
  const works: Work[] = [];
  for (const local of locals) {
    stopIfAsked(mover);
    for (const file of await mover.source.files(local.key)) works.push({ ...local, file });
  }
  let done = 0;
  const waiting = works.values();
  async function worker(): Promise<void> {
    for (const work of waiting) {
      stopIfAsked(mover);
      await moveFile(mover, work);
      done += 1;
      const { copiedBytes } = mover.report.files;
      mover.progress({ phase: "copying", done, total: works.length, unit: "files", bytes: copiedBytes });
    }
  }
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function moveFile(mover: Mover, { key, name, file }: Work): Promise<void> {
  const { registry, report, principal, source } = mover;
  const where = `${key}/${file.path}`;
  try {
    const properties = await source.properties(key, file.path);
    const place = { repository: name, path: file.path };
    if (await isHere(mover, name, file)) {
      const own = (await registry.tree.properties(principal, place)) ?? {};
      if (Object.entries(properties).some(([property, values]) => !isSame(own[property], values))) {
        await registry.tree.setProperties(principal, place, properties, false);
      }
      report.files.same += 1;
      report.files.equal += 1;
      return;
    }
    await using received = await registry.tree.receive(principal, place, await source.open(key, file.path));
    const publishedAt = file.modifiedAt === null ? {} : { publishedAt: file.modifiedAt as Instant };
    await registry.tree.put(principal, place, received, { properties, expected: definedOf(file), ...publishedAt });
    report.files.copied += 1;
    report.files.copiedBytes += received.sizeBytes;
    report.files.equal += Object.keys(file.digests).length > 0 ? 1 : 0;
  } catch (error) {
    const because = error instanceof SourceFault ? error.message : refusalIn(error);
    report.faults.push({ what: where, because });
  }
}

async function isHere({ registry, principal }: Mover, repository: RepositoryName, file: SourceFile): Promise<boolean> {
  const node = await registry.tree.look(principal, { repository, path: file.path });
  if (node?.kind !== "file") return false;
  const { sha256, sha1 } = file.digests;
  return sha256 !== undefined ? node.sha256 === sha256 : sha1 !== undefined && node.sha1 === sha1;
}

function definedOf({ digests }: SourceFile): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(digests).filter(([, hex]) => hex !== undefined)) as Record<string, string>;
}

function isSame(own: readonly string[] | undefined, given: readonly string[]): boolean {
  return own !== undefined && own.length === given.length && own.every((value, index) => value === given[index]);
}
