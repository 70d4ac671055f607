import { randomBytes } from "node:crypto";
import {
  type ArtifactoryImportAnswer,
  type ArtifactoryImportWish,
  CommandFailure,
  type DevpiExportAnswer,
  type DevpiImportWish,
  EXIT,
  type Flags,
  type IndexImportAnswer,
  type IndexImportWish,
  type Io,
  type MoveInAnswer,
  type Moves,
} from "#cli";
import {
  type FormatName,
  type Instant,
  type Principal,
  type ProjectName,
  parseRepositoryName,
  type UserName,
} from "#core";
import type { IndexSource } from "#registry";
import { type Upstream, UpstreamFailure } from "#upstream";
import type { App } from "../app.ts";
import {
  type ArtifactoryAsk,
  ArtifactorySourceFault,
  moveInFromArtifactory,
  openArtifactory,
} from "../dialects/artifactory/index.ts";
import {
  type DevpiAsk,
  type DevpiSource,
  emptyReport,
  type MoveInReport,
  moveIn,
  openExportFolder,
  openLiveServer,
  SourceFault,
  writeExport,
} from "../dialects/devpi/index.ts";
import type { Config } from "./config.ts";
import { type FirstStart, firstStart } from "./first-start.ts";
import { openQuietHouse } from "./offline.ts";
import { openProgressBar, type ProgressBar } from "./progress-bar.ts";
import { readConfig, withoutFaults } from "./start.ts";

/** Moving in and out: commands that work in the data folder themselves, also while a server has it open. */
export interface MovingParts {
  readonly io: Io;
  readonly version: string;
  /** Where progress is shown; `null`: nobody is looking. */
  readonly bar: ((text: string) => void) | null;
  /** Aborted when the work shall stop. */
  readonly stop: AbortSignal;
}

const ROOT = "root" as UserName;
const PYTHON = "python" as FormatName;
const COPIER: Principal = { kind: "system", reason: "copying an index" };

export function openMoves(parts: MovingParts): Moves {
  return {
    importDevpi: (flags, wish) => importDevpi(flags, wish, parts),
    importArtifactory: (flags, wish) => importArtifactory(flags, wish, parts),
    importIndex: (flags, wish) => importIndex(flags, wish, parts),
    exportDevpi: (flags, folder) => exportDevpi(flags, folder, parts),
  };
}

function importDevpi(flags: Flags, wish: DevpiImportWish, parts: MovingParts): Promise<MoveInAnswer> {
  return inHouse(flags, parts, async (app, config, bar) => {
    // Looked at before anything is made: what is no export leaves no new data folder's accounts behind.
    const source = await openSource(app, wish);
    const first = await start(app, config);
    const before = await app.registry.accounts.user(ROOT);
    const report = await moveWhatChanged(app, source, wish, { isFresh: first.isFirst, bar, stop: parts.stop });
    const after = await app.registry.accounts.user(ROOT);
    // A password that was made here is told unless the one from there has taken its place.
    const isOwn = before?.passwordHash === after?.passwordHash;
    return { ...report, rootPassword: isOwn ? first.rootPassword : null };
  });
}

/** A server that tells the same serial as at the end of the last whole run has nothing new. */
async function moveWhatChanged(
  app: App,
  source: DevpiSource,
  { usersOnly }: DevpiImportWish,
  run: { readonly isFresh: boolean; readonly bar: ProgressBar; readonly stop: AbortSignal },
): Promise<MoveInReport> {
  const { moving } = app.registry;
  const key = `serial/${source.installation}`;
  const isCounted = source.installation !== null && source.serial !== null && !usersOnly;
  if (isCounted && (await moving.note(key)) === source.serial) {
    return { ...emptyReport(), isComplete: true, notes: ["nothing has changed there since the last run"] };
  }
  const report = await moveIn({
    registry: app.registry,
    access: app.access,
    source,
    now,
    signal: run.stop,
    progress: run.bar.show,
    usersOnly,
    isFresh: run.isFresh,
  });
  if (isCounted && report.isComplete) await moving.keepNote(key, source.serial);
  if (source.hasPasswords || report.users.made === 0) return report;
  const note =
    "a running devpi tells nobody its users' passwords, so the new users cannot sign in yet: run devpi-export --hard-links " +
    "DIR there (it may keep running), then 'vivarium import devpi DIR --users-only' here";
  return { ...report, notes: [...report.notes, note] };
}

async function openSource(app: App, { from }: DevpiImportWish): Promise<DevpiSource> {
  if (from.kind === "folder") return openExportFolder(from.folder);
  const url = from.url.endsWith("/") ? from.url : `${from.url}/`;
  return openLiveServer(
    url,
    from.user,
    asking(app.upstreams.for({ url, credentials: `${from.user}:${from.password}` })),
  );
}

function asking(upstream: Upstream): DevpiAsk {
  return (address, accept) =>
    upstream.get(address, { headers: { accept }, raw: accept !== "application/json", deadlineMilliseconds: null });
}

function importArtifactory(
  flags: Flags,
  { url: text, token }: ArtifactoryImportWish,
  parts: MovingParts,
): Promise<ArtifactoryImportAnswer> {
  return inHouse(flags, parts, async (app, config, bar) => {
    const url = text.endsWith("/") ? text : `${text}/`;
    const upstream = app.upstreams.for({ url, credentials: null });
    // Its files may be called encoded, and are wanted as they are.
    const headers = { authorization: `Bearer ${token}` };
    const ask: ArtifactoryAsk = (address, isFile) =>
      upstream.get(address, { headers, raw: isFile, deadlineMilliseconds: null });
    // Looked at before anything is made: what is no Artifactory leaves no new data folder's accounts behind.
    const source = await openArtifactory(url, ask);
    const first = await start(app, config);
    const { registry, access } = app;
    const report = await moveInFromArtifactory({ registry, access, source, signal: parts.stop, progress: bar.show });
    return { ...report, rootPassword: first.rootPassword };
  });
}

function importIndex(flags: Flags, wish: IndexImportWish, parts: MovingParts): Promise<IndexImportAnswer> {
  const source = indexSource(wish.url);
  const into = parseRepositoryName(wish.into);
  if (into === null)
    throw new CommandFailure(EXIT.usage, `--into ${wish.into}: it is owner/name, for example root/kept`);
  return inHouse(flags, parts, async (app, config, bar) => {
    const { registry } = app;
    const names = wish.projects === null ? null : projectsNamed(app, wish.projects);
    const projects = names ?? (await registry.indexCopies.projects(source));
    const first = await start(app, config);
    const target = await registry.repository(into);
    if (target === null) {
      await registry.repositoriesAdmin.create(COPIER, into, { kind: "local", validation: "legacy" });
    } else if (target.format !== PYTHON) {
      throw new CommandFailure(EXIT.usage, `--into ${into}: it holds ${target.format} files and no Python packages`);
    }
    const total = { copied: 0, copiedBytes: 0, same: 0 };
    const faults: { what: string; because: string }[] = [];
    let done = 0;
    const tell = () =>
      bar.show({ phase: "copying", done, total: projects.length, unit: "projects", bytes: total.copiedBytes });
    for (const project of projects) {
      if (parts.stop.aborted) break;
      tell();
      const copied = await registry.indexCopies.copy(COPIER, {
        source,
        project,
        into,
        signal: parts.stop,
        passed: tell,
      });
      if (copied === null) faults.push({ what: project, because: `${source.url} has no such project` });
      else {
        total.copied += copied.copied;
        total.copiedBytes += copied.copiedBytes;
        total.same += copied.same;
        faults.push(...copied.faults.map(({ filename, because }) => ({ what: filename, because })));
      }
      done += 1;
    }
    const notes = parts.stop.aborted ? ["it was stopped; what was finished stays"] : [];
    const isComplete = faults.length === 0 && !parts.stop.aborted;
    return { isComplete, into, projects: done, ...total, faults, notes, rootPassword: first.rootPassword };
  });
}

/** The address as installers are given it: its login is told apart, and it ends in a slash. */
function indexSource(text: string): IndexSource {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CommandFailure(EXIT.usage, `${text} is no address of an index; it begins with http:// or https://`);
  }
  const hasLogin = url.username !== "" || url.password !== "";
  const credentials = hasLogin ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : null;
  url.username = "";
  url.password = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return { url: url.href, credentials };
}

function projectsNamed({ registry }: App, names: readonly string[]): readonly ProjectName[] {
  const format = registry.format(PYTHON);
  return names.map((name) => {
    const project = format.normalize(name);
    if (project === null) throw new CommandFailure(EXIT.usage, `--project ${name}: that is no project name`);
    return project;
  });
}

function exportDevpi(flags: Flags, folder: string, parts: MovingParts): Promise<DevpiExportAnswer> {
  return inHouse(flags, parts, (app, _config, bar) =>
    writeExport({
      registry: app.registry,
      access: app.access,
      folder,
      signal: parts.stop,
      progress: (progress) => bar.show({ ...progress, phase: "writing", unit: "files" }),
    }),
  );
}

/** Opens the house, shows progress, and tells in one line what ends the work. */
async function inHouse<Answer>(
  flags: Flags,
  parts: MovingParts,
  work: (app: App, config: Config, bar: ProgressBar) => Promise<Answer>,
): Promise<Answer> {
  const config = withoutFaults(await readConfig(flags, parts.io));
  await using app = await openQuietHouse(config, parts);
  using bar = openProgressBar(parts.bar);
  try {
    return await work(app, config, bar);
  } catch (error) {
    if (error instanceof SourceFault || error instanceof ArtifactorySourceFault)
      throw new CommandFailure(EXIT.environment, error.message, { cause: error });
    if (!(error instanceof UpstreamFailure)) throw error;
    throw new CommandFailure(EXIT.unreachable, `${error.message}; what was finished stays`, { cause: error });
  }
}

/** Root, and `root/pypi` without an address: what it reads from comes with the move, or is looked for by the server. */
function start(app: App, { rootPassword, upstream: configured }: Config): Promise<FirstStart> {
  return firstStart({
    app,
    configured,
    rootPassword,
    randomBytes: (count) => randomBytes(count),
    findUpstream: async () => null,
  });
}

function now(): Instant {
  return Date.now() as Instant;
}
