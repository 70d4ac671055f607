import { decide, isInCharge, type Principal, placeOf, refuse, type TrashedFile } from "#core";
import { requireAdministrator } from "./account-rights.ts";
import { requireBlobs } from "./receive.ts";
import { existing, requireRight, type Tools, write } from "./tools.ts";
import { clearWhere, forgetDownloads, trashOf } from "./trash-clearing.ts";
import { restoredRecord, restoreInto, restoringTarget } from "./trash-restoring.ts";
import type { Trash } from "./tree.ts";
import { fileNodeOf } from "./tree-nodes.ts";

/** Files are looked at, or cleared away, so many at a time. */
const PAGE = 200;

/** Opens the trash. */
export function openTrash(tools: Tools): Trash {
  const { blobs, metadata } = tools;

  async function trashed(id: string): Promise<TrashedFile> {
    const file = await metadata.read((view) => view.trashed(id));
    if (file === null) throw refuse({ code: "trashed-file-not-found", id });
    return file;
  }

  /** Whoever may remove files of the repository looks into its part of the trash. */
  function mayRemove(principal: Principal, { artifact }: TrashedFile): boolean {
    const repository = tools.catalog.find(artifact.repository);
    if (repository === null) return isInCharge(principal);
    const subject = { repository, project: artifact.project, path: placeOf(artifact) };
    return isInCharge(principal) || decide(principal, "remove", subject, tools.rules).isAllowed;
  }

  /** Who may not need not wait until all of the trash was looked through. */
  function mayRemoveAnywhere(principal: Principal): boolean {
    if (isInCharge(principal)) return true;
    const subjects = tools.catalog.all().map((repository) => ({ repository, project: null }));
    return subjects.some((subject) => decide(principal, "remove", subject, tools.rules).isAllowed);
  }

  async function requireRemoval(principal: Principal, { artifact }: TrashedFile): Promise<void> {
    if (isInCharge(principal)) return;
    const repository = await existing(tools, artifact.repository);
    requireRight(tools, principal, "remove", repository, artifact.project, placeOf(artifact));
  }

  /** Who may only remove a file must not come to read it by restoring it elsewhere. */
  async function requireReading(principal: Principal, { artifact }: TrashedFile): Promise<void> {
    if (isInCharge(principal)) return;
    const repository = await existing(tools, artifact.repository);
    requireRight(tools, principal, "read", repository, artifact.project, placeOf(artifact));
  }

  return {
    async list(principal, { repository: name, path, after, limit }) {
      const repository = name === undefined ? null : await existing(tools, name);
      if (repository === null) await catchUp(tools);
      else if (!isInCharge(principal)) requireRight(tools, principal, "remove", repository);
      if (!mayRemoveAnywhere(principal)) return [];
      const found: TrashedFile[] = [];
      for await (const file of trashOf(tools, { repository: name, path }, after, Math.max(limit, PAGE))) {
        if (!mayRemove(principal, file)) continue;
        found.push(file);
        if (found.length === limit) break;
      }
      return found;
    },

    async restore(principal, id, to) {
      const file = await trashed(id);
      await requireRemoval(principal, file);
      const { artifact } = file;
      const place = to ?? { repository: artifact.repository, path: placeOf(artifact) };
      if (place.repository !== artifact.repository || place.path !== placeOf(artifact)) {
        await requireReading(principal, file);
      }
      const target = await restoringTarget(tools, principal, file, place);
      await requireBlobs(blobs, [artifact, ...Object.values(artifact.companions)]);
      const record = await restoredRecord(tools, target, file);
      return write(tools, principal, async (tx) => {
        const still = await tx.trashed(id);
        if (still === null) throw refuse({ code: "trashed-file-not-found", id });
        return fileNodeOf(await restoreInto(tools, tx, { principal, file: still, place, record }));
      });
    },

    async clear(principal, id) {
      const file = await trashed(id);
      await requireRemoval(principal, file);
      await write(tools, principal, async (tx) => {
        if ((await tx.trashed(id)) === null) throw refuse({ code: "trashed-file-not-found", id });
        tx.append({ type: "trash.removed", id });
      });
      await forgetDownloads(tools, [file]);
    },

    async empty(principal, name) {
      if (name === undefined) requireAdministrator(principal, "administer", "empty the whole trash");
      else requireRight(tools, principal, "remove", await existing(tools, name));
      return clearWhere(tools, principal, name, (file) => mayRemove(principal, file));
    },
  };
}

async function catchUp({ catalog }: Tools): Promise<void> {
  const told = catalog.catchUp();
  if (told !== undefined) await told;
}
