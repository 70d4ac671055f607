import {
  type FormatName,
  isReservedWord,
  type JsonObject,
  newRepository,
  ownerOf,
  type PrincipalSpec,
  parseRepositoryName,
  RegistryError,
  type Repository,
  type RepositoryName,
  repositoryName,
  shortNameOf,
} from "#core";
import type { NewRepository } from "#registry";
import { textIn } from "../../json-values.ts";
import { refusalIn, stopIfAsked } from "../../moves.ts";
import { type IndexOptions, newRepositoryFrom, readOptions, readType } from "../index-options.ts";
import { isIndex } from "../parts.ts";
import { fingerprintOf, type Mover, namesLike, noteOf } from "./mover.ts";
import type { DevpiIndex } from "./source.ts";

const PYTHON = "python" as FormatName;
/** What an export and an API say of an index that are none of its options. */
const NO_OPTIONS = ["type", "projects", "bases"];
const DEFAULT_REMOTE = "root/pypi";

interface Planned {
  readonly index: DevpiIndex;
  readonly to: RepositoryName;
  readonly settings: NewRepository;
  readonly isNew: boolean;
  readonly isOurs: boolean;
  readonly fingerprint: string;
  readonly isSame: boolean;
}

/** Indexes with their options: first all of them, then what they inherit from, which may be any of them. */
export async function moveIndexes(mover: Mover): Promise<void> {
  const planned: Planned[] = [];
  for (const index of mover.source.indexes) {
    stopIfAsked(mover);
    const plan = await place(mover, index);
    if (plan === null) continue;
    mover.indexes.set(index.name, plan.to);
    planned.push(plan);
  }
  for (const plan of planned) {
    stopIfAsked(mover);
    await settle(mover, plan);
  }
}

/** Where the index goes; made there, without bases, when it is new. `null`: it has no place here. */
async function place(mover: Mover, index: DevpiIndex): Promise<Planned | null> {
  const { report, registry } = mover;
  const [owner = "", name = ""] = index.name.split("/");
  const account = mover.users.get(owner);
  if (account === undefined) {
    report.leftOut.push({ what: `index ${index.name}`, because: `its user ${owner} is not here` });
    return null;
  }
  const settings = settingsOf(mover, index);
  if (settings === null) return null;
  const noted = await noteOf(mover, `index/${index.name}`);
  const fingerprint = fingerprintOf(index.config);
  const known = parseRepositoryName(textIn(noted?.["to"]) ?? `${account}/${name}`);
  const there = known === null ? null : await registry.repository(known);
  if (there !== null && there.kind === settings.kind && isIndex(mover, there)) {
    const isOurs = noted === null ? there.name === DEFAULT_REMOTE && mover.isFresh : noted["isOurs"] === true;
    const isSame = noted !== null && noted["fingerprint"] === fingerprint;
    return { index, to: there.name, settings, isNew: false, isOurs, fingerprint, isSame };
  }
  const to = await make(mover, index, account, settings);
  return to === null ? null : { index, to, settings, isNew: true, isOurs: true, fingerprint, isSame: false };
}

async function make(
  { registry, principal, report }: Mover,
  index: DevpiIndex,
  owner: string,
  settings: NewRepository,
): Promise<RepositoryName | null> {
  const [, own = ""] = index.name.split("/");
  let because = "it can be no name here";
  for (const name of namesLike(own)) {
    const proven = repositoryName(owner, name);
    if (proven === null || isReservedWord(name)) continue;
    // Noted first: what a kill leaves between the two is known as ours.
    await registry.moving.keepNote(`index/${index.name}`, { to: proven, isOurs: true });
    try {
      await registry.repositoriesAdmin.create(principal, proven, withDefaults(settings, proven));
    } catch (error) {
      if (error instanceof RegistryError && error.problem.code === "repository-exists") {
        because = error.problem.because;
        continue;
      }
      report.leftOut.push({ what: `index ${index.name}`, because: refusalIn(error) });
      return null;
    }
    // An owner's other name is told once, with the owner.
    if (name !== own) report.renamed.push({ what: "index", from: index.name, to: proven, because });
    return proven;
  }
  report.leftOut.push({ what: `index ${index.name}`, because });
  return null;
}

/** Where nobody is named, the owner may upload. */
function withDefaults(settings: NewRepository, name: RepositoryName): NewRepository {
  return settings.kind === "local" ? { ...settings, publishers: settings.publishers ?? [ownerOf(name)] } : settings;
}

async function settle(mover: Mover, plan: Planned): Promise<void> {
  const { registry, report } = mover;
  const { index, to, isNew, isOurs, fingerprint, isSame } = plan;
  if (isSame || !isOurs) {
    report.indexes.same += 1;
    if (!isOurs && !isSame) report.notes.push(`the index ${to} was here already; its options stay as they are`);
  } else {
    await applyOptions(mover, plan);
    if (isNew) report.indexes.made += 1;
    else report.indexes.changed += 1;
  }
  await registry.moving.keepNote(`index/${index.name}`, { to, isOurs, fingerprint });
}

async function applyOptions(mover: Mover, { index, to, settings }: Planned): Promise<void> {
  const { registry, principal, report } = mover;
  const modify = (bases: readonly RepositoryName[]): Promise<Repository> =>
    registry.repositoriesAdmin.modify(principal, to, (current) => withSettings(current, settings, bases));
  const bases = basesOf(mover, index);
  try {
    await modify(bases);
    return;
  } catch (error) {
    if (bases.length === 0) {
      report.leftOut.push({ what: `the options of index ${index.name}`, because: refusalIn(error) });
      return;
    }
    refusalIn(error);
  }
  // One of the bases is not possible, a cycle say, which old devpis let in: the others are.
  const possible: RepositoryName[] = [];
  for (const base of bases) {
    try {
      await modify([...possible, base]);
      possible.push(base);
    } catch (error) {
      report.leftOut.push({ what: `base ${base} of index ${index.name}`, because: refusalIn(error) });
    }
  }
}

function withSettings(current: Repository, settings: NewRepository, bases: readonly RepositoryName[]): Repository {
  const wanted = newRepository(current.name, withDefaults(settings, current.name), current);
  if (wanted.kind === "local" && current.kind === "local") return { ...wanted, bases, reserved: current.reserved };
  if (wanted.kind === "virtual" && current.kind === "virtual") {
    return { ...wanted, members: bases, publishTo: current.publishTo };
  }
  return wanted.kind === current.kind ? wanted : current;
}

function basesOf({ indexes, report }: Mover, { name, config }: DevpiIndex): readonly RepositoryName[] {
  const given = config["bases"];
  const texts = typeof given === "string" ? given.split(",") : Array.isArray(given) ? given : [];
  return texts.flatMap((text) => {
    const base = String(text).replace(/^[/\s]+|[/\s]+$/g, "");
    const found = indexes.get(base);
    if (found !== undefined) return [found];
    if (base !== "") report.leftOut.push({ what: `base ${base} of index ${name}`, because: "there is no such index" });
    return [];
  });
}

/** The settings of an index here. Options that mean nothing here are left out and told; `null`: so is the index. */
function settingsOf(mover: Mover, { name, config }: DevpiIndex): NewRepository | null {
  const { report, registry, access } = mover;
  try {
    const type = readType(config);
    const format = registry.format(PYTHON);
    const context = { normalize: format.normalize, exists: () => true };
    let options: IndexOptions = {};
    for (const [key, value] of Object.entries(config)) {
      if (NO_OPTIONS.includes(key)) continue;
      try {
        options = { ...options, ...readOptions(type, { [key]: value }, context) };
      } catch (error) {
        report.leftOut.push({ what: `option '${key}' of index ${name}`, because: refusalIn(error) });
      }
    }
    const settings = newRepositoryFrom(
      type,
      withNames(mover, inherited(config, options)),
      ownName(mover, name),
      access.seal,
    );
    // What was published by old rules goes on being published by them.
    return settings.kind === "local" ? { ...settings, validation: "legacy" } : settings;
  } catch (error) {
    report.leftOut.push({ what: `index ${name}`, because: refusalIn(error) });
    return null;
  }
}

/** Data from before devpi 3.0 have no such option, and their lists were united. */
function inherited(config: JsonObject, options: IndexOptions): IndexOptions {
  return "mirror_whitelist_inheritance" in config ? options : { ...options, mirror_whitelist_inheritance: "union" };
}

/** Lists of rights name users by their names here. */
function withNames({ users }: Mover, options: IndexOptions): IndexOptions {
  const named = (list: readonly PrincipalSpec[]): readonly PrincipalSpec[] => list.map((one) => users.get(one) ?? one);
  const { acl_read, acl_upload, acl_toxresult_upload } = options;
  return {
    ...options,
    ...(acl_read === undefined ? {} : { acl_read: named(acl_read) }),
    ...(acl_upload === undefined ? {} : { acl_upload: named(acl_upload) }),
    ...(acl_toxresult_upload === undefined ? {} : { acl_toxresult_upload: named(acl_toxresult_upload) }),
  };
}

/** The name by which its owner is known here; where nobody is named to upload, that is who may. */
function ownName({ users }: Mover, name: string): RepositoryName {
  const given = name as RepositoryName;
  return `${users.get(ownerOf(given)) ?? ownerOf(given)}/${shortNameOf(given)}` as RepositoryName;
}
