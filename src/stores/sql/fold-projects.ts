import { type ExpressionBuilder, type Kysely, type RawBuilder, sql } from "kysely";
import { prepare } from "./statement.ts";
import type { MetadataTables } from "./tables.ts";

interface Which extends Readonly<Record<string, string | number | null>> {
  readonly repository: string;
  readonly project: string;
}

/** Projects and their versions, and what goes with a project that is forgotten. */
export function projectStatements(db: Kysely<MetadataTables>) {
  /** The project's row, if nobody holds it and it has no files. */
  const forgotten =
    ({ repository, project }: Which) =>
    (eb: ExpressionBuilder<MetadataTables, "projects">) =>
      eb.and([
        eb("projects.repository", "=", repository),
        eb("projects.project", "=", project),
        eb("projects.is_held", "=", 0),
        eb.not(
          eb.exists(
            eb
              .selectFrom("artifacts")
              .select("artifacts.seq")
              .where("artifacts.repository", "=", repository)
              .where("artifacts.project", "=", project),
          ),
        ),
      ]);

  const fresh = { status: "active", status_reason: null, is_held: 1 } as const;

  return {
    /** Before the project is made: counts it if it is new. */
    count: prepare<Which>()(({ repository, project }) =>
      db
        .insertInto("totals")
        .values({ repository, projects: isNew({ repository, project }), artifacts: 0, size_bytes: 0 })
        .onConflict((conflict) =>
          conflict
            .column("repository")
            .doUpdateSet((eb) => ({ projects: eb("totals.projects", "+", eb.ref("excluded.projects")) })),
        ),
    ),
    register: prepare<Which & { display_name: string; seq: number }>()(({ repository, project, display_name, seq }) =>
      db
        .insertInto("projects")
        .values({ repository, project, display_name, ...fresh, changed_at_seq: seq })
        .onConflict((conflict) =>
          conflict.columns(["repository", "project"]).doUpdateSet({ display_name, is_held: 1, changed_at_seq: seq }),
        ),
    ),
    touch: prepare<Which & { seq: number }>()(({ repository, project, seq }) =>
      db
        .insertInto("projects")
        .values({ repository, project, display_name: project, ...fresh, changed_at_seq: seq })
        .onConflict((conflict) => conflict.columns(["repository", "project"]).doUpdateSet({ changed_at_seq: seq })),
    ),
    /** Never brings a forgotten project back. */
    touchKnown: prepare<Which & { seq: number }>()(({ repository, project, seq }) =>
      db
        .updateTable("projects")
        .set({ changed_at_seq: seq })
        .where("repository", "=", repository)
        .where("project", "=", project),
    ),
    setStatus: prepare<Which & { status: string; reason: string | null; seq: number }>()(
      ({ repository, project, status, reason, seq }) =>
        db
          .insertInto("projects")
          .values({
            repository,
            project,
            display_name: project,
            ...fresh,
            status,
            status_reason: reason,
            changed_at_seq: seq,
          })
          .onConflict((conflict) =>
            conflict
              .columns(["repository", "project"])
              .doUpdateSet({ status, status_reason: reason, changed_at_seq: seq }),
          ),
    ),
    release: prepare<Which & { seq: number }>()(({ repository, project, seq }) =>
      db
        .updateTable("projects")
        .set({ is_held: 0, changed_at_seq: seq })
        .where("repository", "=", repository)
        .where("project", "=", project),
    ),
    countForgotten: prepare<Which>()((which) =>
      db
        .updateTable("totals")
        .set((eb) => ({ projects: eb("projects", "-", 1) }))
        .where("repository", "=", which.repository)
        .where((eb) => eb.exists(eb.selectFrom("projects").select("projects.project").where(forgotten(which)))),
    ),
    forgetVersions: prepare<Which>()((which) =>
      db
        .deleteFrom("versions")
        .where("repository", "=", which.repository)
        .where("project", "=", which.project)
        .where((eb) => eb.exists(eb.selectFrom("projects").select("projects.project").where(forgotten(which)))),
    ),
    forgetAttachments: prepare<Which>()((which) =>
      db
        .deleteFrom("attachments")
        .where("repository", "=", which.repository)
        .where("project", "=", which.project)
        .where((eb) => eb.exists(eb.selectFrom("projects").select("projects.project").where(forgotten(which)))),
    ),
    forgetProject: prepare<Which>()((which) => db.deleteFrom("projects").where(forgotten(which))),
    saveVersion: prepare<Which & { version: string; attributes: string }>()(
      ({ repository, project, version, attributes }) =>
        db
          .insertInto("versions")
          .values({ repository, project, version, attributes })
          .onConflict((conflict) => conflict.columns(["repository", "project", "version"]).doUpdateSet({ attributes })),
    ),
    removeVersion: prepare<Which & { version: string }>()(({ repository, project, version }) =>
      db
        .deleteFrom("versions")
        .where("repository", "=", repository)
        .where("project", "=", project)
        .where("version", "=", version),
    ),
  };
}

/** 1 when there is no such project yet, else 0. */
export function isNew({ repository, project }: Which): RawBuilder<number> {
  return sql`(select 1 - count(*) from projects where repository = ${repository} and project = ${project})`;
}
