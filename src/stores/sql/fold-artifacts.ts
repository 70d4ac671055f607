import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Artifact, Seq } from "#core";
import { isNew } from "./fold-projects.ts";
import { artifactColumns, rowOfArtifact } from "./rows.ts";
import { prepare, type Statement } from "./statement.ts";
import type { ArtifactRow, MetadataTables } from "./tables.ts";

interface File extends Readonly<Record<string, string | number | null>> {
  readonly repository: string;
  readonly filename: string;
}

/** Artifacts, their companions, and what was removed. */
export function artifactStatements(db: Kysely<MetadataTables>) {
  type Columns = { [Column in keyof ArtifactRow]: ArtifactRow[Column] };
  const insert = prepare<Columns>()((row) => db.insertInto("artifacts").values({ ...artifactColumns(row) }));
  const replace = prepare<Columns>()((row) => {
    // The place in the listing stays that of the first publication, and so does who made it, and when.
    const {
      repository: _repository,
      filename: _filename,
      seq: _seq,
      created_at: _createdAt,
      created_by: _createdBy,
      ...rest
    } = artifactColumns(row);
    return db
      .insertInto("artifacts")
      .values({ ...artifactColumns(row) })
      .onConflict((conflict) => conflict.columns(["repository", "filename"]).doUpdateSet(rest));
  });
  const there = ({ repository, filename }: File) =>
    db
      .selectFrom("artifacts")
      .where("artifacts.repository", "=", repository)
      .where("artifacts.filename", "=", filename);

  type Counted = File & { project: string; size_bytes: number };
  const count = (projects: (of: Counted) => RawBuilder<number> | number) =>
    prepare<Counted>()(({ repository, filename, project, size_bytes }) =>
      db
        .insertInto("totals")
        .values({
          repository,
          projects: projects({ repository, filename, project, size_bytes }),
          artifacts: sql`(select 1 - count(*) from artifacts where repository = ${repository} and filename = ${filename})`,
          size_bytes: sql`cast(${size_bytes} as bigint) - coalesce((select size_bytes from artifacts where repository = ${repository} and filename = ${filename}), 0)`,
        })
        .onConflict((conflict) =>
          conflict.column("repository").doUpdateSet((eb) => ({
            projects: eb("totals.projects", "+", eb.ref("excluded.projects")),
            artifacts: eb("totals.artifacts", "+", eb.ref("excluded.artifacts")),
            size_bytes: eb("totals.size_bytes", "+", eb.ref("excluded.size_bytes")),
          })),
        ),
    );

  return {
    /** Before the artifact is written: counts the project and the file if they are new, and the difference in size. */
    countPublished: count(isNew),
    /** The same for a file that belongs to no project. */
    countLoose: count(() => 0),
    /** Before the artifact is removed. */
    countRemoved: prepare<File>()(({ repository, filename }) =>
      db
        .updateTable("totals")
        .set((eb) => ({
          artifacts: eb("totals.artifacts", "-", 1),
          size_bytes: eb("totals.size_bytes", "-", there({ repository, filename }).select("artifacts.size_bytes")),
        }))
        .where("totals.repository", "=", repository)
        .where((eb) => eb.exists(there({ repository, filename }).select("artifacts.seq"))),
    ),
    insertArtifact: (artifact: Artifact, seq: Seq): Statement => insert({ ...rowOfArtifact(artifact, seq) }),
    replaceArtifact: (artifact: Artifact, seq: Seq): Statement => replace({ ...rowOfArtifact(artifact, seq) }),
    removeArtifact: prepare<File>()(({ repository, filename }) =>
      db.deleteFrom("artifacts").where("repository", "=", repository).where("filename", "=", filename),
    ),
    rememberRemoved: prepare<File>()(({ repository, filename }) =>
      db
        .insertInto("removed_files")
        .columns(["repository", "filename"])
        .expression(there({ repository, filename }).select(["artifacts.repository", "artifacts.filename"]))
        .onConflict((conflict) => conflict.doNothing()),
    ),
    insertCompanion: prepare<File & { suffix: string; blob: string }>()(({ repository, filename, suffix, blob }) =>
      db.insertInto("companions").values({ repository, filename, suffix, blob }),
    ),
    removeCompanions: prepare<File>()(({ repository, filename }) =>
      db.deleteFrom("companions").where("repository", "=", repository).where("filename", "=", filename),
    ),
    setYanked: prepare<File & { yanked: string | null }>()(({ repository, filename, yanked }) =>
      db.updateTable("artifacts").set({ yanked }).where("repository", "=", repository).where("filename", "=", filename),
    ),
  };
}
