import { folderOf, type LocalRepository, leafOf, type Principal, type Repository, refuse } from "#core";
import type { OpenFile } from "#formats";
import type { Transaction } from "#stores";
import { requirePath } from "./places.ts";
import { existing, requireRight, write } from "./tools.ts";
import type { Downloads, Place, Tally, Tree, TreeNode } from "./tree.ts";
import {
  type Carried,
  type CarriedFile,
  type Carrying,
  carryFile,
  carryFolder,
  type Examined,
  examineCarried,
} from "./tree-carrying.ts";
import type { Lookup } from "./tree-lookup.ts";
import { nodeOfEntry } from "./tree-nodes.ts";
import { nodeOf, type TreeReading } from "./tree-reading.ts";
import { endFolder } from "./tree-removing.ts";
import { sum, tallyOf } from "./tree-tally.ts";
import type { TreeTools } from "./tree-tools.ts";
import type { TreeWriting } from "./tree-writing.ts";

/** So many files and folders are carried in one transaction. */
const BATCH = 200;
/** A file that is replaced while it is looked at is looked at again; not for ever. */
const LOOKS_MAX = 4;
const RETRY_SECONDS = 5;

/** One copy or move, with everything settled that does not change on the way. */
interface Journey extends Carrying {
  readonly from: Place;
  readonly node: TreeNode;
  /** The target's path of what stands at `from`. */
  readonly to: string;
}

export function openTreeMoving(
  tools: TreeTools,
  lookup: Lookup,
  reading: TreeReading,
  writing: TreeWriting,
): Pick<Tree, "copy" | "move"> {
  const { metadata, publishing } = tools;

  async function carry(
    principal: Principal,
    wish: { readonly from: Place; readonly to: Place; readonly isMove: boolean; readonly isDry: boolean },
  ): Promise<Tally | null> {
    requirePath(wish.from.path);
    requirePath(wish.to.path);
    const from = wish.isMove ? await movable(principal, wish.from) : wish.from;
    const found = await lookup(principal, from);
    if (found === null) return null;
    const node = nodeOf(found);
    const target = await writing.targetOf(principal, wish.to, "folder");
    const to = await destinationOf(target, node, wish.to.path);
    refuseItself(node, target, to);
    const journey: Journey = { ...wish, tools, principal, from, node, target: target.name, to };
    if (node.kind === "file") {
      const tally = await carryNodes(journey, [node]);
      // Somebody else has taken it away meanwhile.
      return tally.files === 0 ? null : tally;
    }
    // Refusals come before anything is done, where it cannot be done in one go.
    const isLarge = (await pageFrom(journey, null)).length === BATCH;
    if (isLarge && !wish.isDry) await carryTree({ ...journey, isDry: true });
    return carryTree(journey);
  }

  /** The local repository that is moved from. */
  async function movable(principal: Principal, { repository, path }: Place): Promise<Place> {
    const asked = await existing(tools, repository);
    const source = publishing.subjectOf("remove", asked);
    if (source.kind === "local") return { repository: source.name, path };
    requireRight(tools, principal, "read", source);
    throw refuse({ code: "not-publishable", repository, because: whyNotMovable(source, path) });
  }

  /** As `cp -r` has it. */
  async function destinationOf(target: LocalRepository, node: TreeNode, path: string): Promise<string> {
    if (node.path === "") return path;
    const isFolder = (await metadata.read((view) => view.folder(target.name, path))) !== null;
    if (!isFolder) return path;
    return path === "" ? leafOf(node.path) : `${path}/${leafOf(node.path)}`;
  }

  async function carryTree(journey: Journey): Promise<Tally> {
    const { principal, from, node, isMove, isDry } = journey;
    let tally = await carryNodes(journey, [node]);
    for (let after: string | null = null; ; ) {
      const nodes = await pageFrom(journey, after);
      tally = sum(tally, await carryNodes(journey, nodes));
      const last = nodes.at(-1);
      if (last === undefined || nodes.length < BATCH) break;
      after = last.path;
    }
    // A folder into which a file has come meanwhile stays.
    if (isMove && !isDry) await endFolder(tools, principal, from.repository, node.path);
    return tally;
  }

  /** What is moved is all there is, and refused where it may not be seen; what is copied is what may be seen. */
  async function pageFrom({ principal, from, node, isMove }: Journey, after: string | null) {
    const page = { after, limit: BATCH };
    if (!isMove) return (await reading.below(principal, { ...from, path: node.path }, page)) ?? [];
    const entries = await metadata.read((view) => view.below(from.repository, node.path, page));
    return entries.map(nodeOfEntry);
  }

  async function carryNodes(journey: Journey, nodes: readonly TreeNode[]): Promise<Tally> {
    const local = nodes.filter(({ repository }) => tools.catalog.find(repository)?.kind === "local");
    const remote = nodes.filter((node) => !local.includes(node));
    const carried = await carryLocal(journey, local);
    for (const node of remote) await carryRemote(journey, node);
    return sum(carried, tallyOf(remote));
  }

  async function carryLocal(journey: Journey, nodes: readonly TreeNode[]): Promise<Tally> {
    let waiting = nodes.map((node) => carriedOf(journey, node));
    const gone = new Set<string>();
    for (let look = 0; waiting.length > 0; look += 1) {
      if (look === LOOKS_MAX) throw busy(journey);
      const examined = new Map<Carried, Examined | null>();
      for (const one of waiting) {
        if (one.kind === "file") examined.set(one, await examineCarried(journey, one));
      }
      const downloads = await downloadsOf(journey, waiting);
      const outcomes = await transact(journey, async (tx) => {
        const all: (CarriedFile | "folder")[] = [];
        for (const one of waiting) {
          if (one.kind === "file") all.push(await carryFile(tx, journey, one, examined.get(one) ?? null));
          else all.push(await carryFolder(tx, journey, one).then(() => "folder" as const));
        }
        return all;
      });
      for (const [index, one] of waiting.entries()) if (outcomes[index] === null) gone.add(one.path);
      await tools.downloads.carry(
        waiting.flatMap((one, index) => {
          const own = typeof outcomes[index] === "object" ? downloads.get(one) : undefined;
          return own === undefined ? [] : [{ repository: journey.target, path: one.to, downloads: own }];
        }),
      );
      waiting = waiting.filter((_, index) => outcomes[index] === "other");
    }
    return tallyOf(nodes.filter(({ path }) => !gone.has(path)));
  }

  /** Before the files are gone: with them their counts go. What is copied has not been downloaded. */
  async function downloadsOf({ isMove, isDry }: Journey, all: readonly Carried[]) {
    const downloads = new Map<Carried, Downloads>();
    if (!isMove || isDry) return downloads;
    for (const one of all) {
      const own = one.kind === "file" ? await tools.downloads.of(one.repository, one.path) : null;
      if (own !== null && own.count > 0) downloads.set(one, own);
    }
    return downloads;
  }

  /** A remote's file is taken in as an upload is: its bytes, of which the target's format makes what they are. */
  async function carryRemote(journey: Journey, node: TreeNode): Promise<void> {
    const { principal, isDry, target } = journey;
    const place = { repository: target, path: carriedOf(journey, node).to };
    await writing.targetOf(principal, place, node.kind);
    if (isDry) return;
    if (node.kind === "folder") {
      await writing.makeFolder(principal, place);
      return;
    }
    const opened = await reading.open(principal, { repository: node.repository, path: node.path }, false);
    if (opened === null) return;
    const { repository, path } = opened.node;
    const properties = await metadata.read((view) => view.properties(repository, path));
    await using received = await writing.receive(principal, place, bytesOf(opened.file, node));
    const bytes = { received, keep: () => publishing.drafts.keep(received) };
    await writing.putBytes(principal, place, bytes, { properties });
  }

  /** Of a rehearsal nothing stays. */
  async function transact<Result>(
    { principal, isDry }: Journey,
    work: (tx: Transaction) => Promise<Result>,
  ): Promise<Result> {
    if (!isDry) return write(tools, principal, work);
    const rehearsed = new Error("this was a rehearsal");
    let result: { readonly of: Result } | null = null;
    try {
      await write(tools, principal, async (tx) => {
        result = { of: await work(tx) };
        throw rehearsed;
      });
    } catch (error) {
      if (error !== rehearsed || result === null) throw error;
      return (result as { readonly of: Result }).of;
    }
    throw new TypeError("a rehearsal was carried out");
  }

  return {
    copy: (principal, from, to, isDry = false) => carry(principal, { from, to, isMove: false, isDry }),
    move: (principal, from, to, isDry = false) => carry(principal, { from, to, isMove: true, isDry }),
  };
}

function carriedOf({ node: top, to }: Journey, node: TreeNode): Carried {
  const { kind, repository, path } = node;
  // Of the repository itself, or of a folder: what is below keeps its way from there.
  const rest = path === top.path ? "" : top.path === "" ? path : path.slice(top.path.length + 1);
  return { kind, repository, path, to: [to, rest].filter((part) => part !== "").join("/") };
}

function refuseItself({ kind, repository, path }: TreeNode, target: LocalRepository, to: string): void {
  if (repository !== target.name) return;
  const isInside = path === "" || to.startsWith(`${path}/`) || (kind === "folder" && to === path);
  const what = path === "" ? "a repository" : path;
  if (isInside) {
    const because = `cannot put ${what} of ${target.name} into itself; choose a place outside of it`;
    throw refuse({ code: "request-invalid", because });
  }
  if (path !== to) return;
  const because = `${path} of ${target.name} is where it shall go already; choose another place than ${folderOf(path) || "the repository itself"}`;
  throw refuse({ code: "request-invalid", because });
}

function whyNotMovable({ kind, name }: Repository, path: string): string {
  return kind === "remote"
    ? `${name} is a remote and has only copies of its upstream's files; copy ${path} instead of moving it`
    : `${name} is virtual and holds nothing itself; move ${path} from the member that holds it`;
}

function busy({ from }: Journey): Error {
  const because = `${from.path} in ${from.repository} was not carried, because files keep changing in it; try again`;
  return refuse({ code: "storage-busy", retryAfterSeconds: RETRY_SECONDS, because });
}

async function* bytesOf(file: OpenFile, { repository, path }: TreeNode): AsyncGenerator<Uint8Array> {
  switch (file.kind) {
    case "stored":
      yield* await file.body.open();
      return;
    case "fetching":
      yield* file.chunks;
      return;
    case "elsewhere": {
      const because = `${repository} sends its readers to the upstream and has no copies, so ${path} cannot be copied from it`;
      throw refuse({ code: "not-publishable", repository, because });
    }
  }
}
