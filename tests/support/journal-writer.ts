// A process of its own for tests that kill: opens the store in the folder it is given, writes as fast as it can from
// many writers at a time, and says each write that was acknowledged on its own line.
import type { Instant, JournalEvent, ProjectName, RepositoryName } from "#core";
import { openSqliteStore } from "../../src/stores/sqlite/index.ts";

const [, , folder = "", prefix = "p"] = process.argv;
const store = await openSqliteStore({ folder, now: () => Date.now() as Instant });

async function keepWriting(writer: number): Promise<never> {
  for (let count = 0; ; count += 1) {
    const project = `${prefix}-${writer}-${count}`;
    const event: JournalEvent = {
      type: "project.registered",
      repository: "alice/dev" as RepositoryName,
      project: project as ProjectName,
      displayName: project,
    };
    const { seq } = await store.metadata.write({ kind: "system", name: "test", tokenId: null }, async (tx) =>
      tx.append(event),
    );
    process.stdout.write(`${seq} ${project}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => keepWriting(writer)));
