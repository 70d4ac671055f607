import type { Kysely } from "kysely";
import type { Attachment, Seq } from "#core";
import { rowOfAttachment } from "./rows.ts";
import { prepare, type Statement } from "./statement.ts";
import type { AttachmentRow, MetadataTables } from "./tables.ts";

interface Which extends Readonly<Record<string, string | number | null>> {
  readonly repository: string;
  readonly project: string;
}

/** Documentation and test results. */
export function attachmentStatements(db: Kysely<MetadataTables>) {
  type Columns = { [Column in keyof AttachmentRow]: AttachmentRow[Column] };
  const insert = prepare<Columns>()((row) => db.insertInto("attachments").values({ ...all(row) }));
  const ofProject = ({ repository, project }: Which) =>
    db.deleteFrom("attachments").where("repository", "=", repository).where("project", "=", project);

  const remove = prepare<Which & { filename: string }>()(({ repository, project, filename }) =>
    ofProject({ repository, project }).where("filename", "=", filename),
  );

  return {
    /** What takes the place of another one has come last. */
    save(attachment: Attachment, seq: Seq): readonly Statement[] {
      const { repository, project, filename } = attachment;
      return [remove({ repository, project, filename }), insert({ ...rowOfAttachment(attachment, seq) })];
    },
    remove,
    /** The test results of one file. */
    removeAbout: prepare<Which & { about: string }>()(({ repository, project, about }) =>
      ofProject({ repository, project }).where("about", "=", about),
    ),
    removeVersion: prepare<Which & { version: string }>()(({ repository, project, version }) =>
      ofProject({ repository, project }).where("version", "=", version),
    ),
  };
}

/** Every column by name: what stands for the values while a query is prepared cannot be spread. */
function all(row: AttachmentRow): AttachmentRow {
  return {
    repository: row.repository,
    project: row.project,
    filename: row.filename,
    version: row.version,
    kind: row.kind,
    about: row.about,
    blob: row.blob,
    size_bytes: row.size_bytes,
    attached_at: row.attached_at,
    log: row.log,
    seq: row.seq,
  };
}
