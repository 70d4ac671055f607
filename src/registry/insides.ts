import { factsOf, type Principal, type ProjectName, type RepositoryName, refuse } from "#core";
import type { ArchiveMember, OpenFile, RandomAccess } from "#formats";
import { type DeskTools, openDesk } from "./desk.ts";
import { accessTo } from "./remote-holdings.ts";
import { existing, formatOf, requireRight } from "./tools.ts";

/** A look into the files of packages that are here. Rights and quarantine apply; no upstream is asked for a file. */
export interface Insides {
  contents(principal: Principal, which: WhichFile): Promise<Contents>;
  /** A member's text. `null`: there is no such member. */
  text(principal: Principal, which: WhichFile, path: string): Promise<MemberText | null>;
}

export interface WhichFile {
  readonly repository: RepositoryName;
  readonly project: ProjectName;
  readonly filename: string;
}

export interface Contents {
  /** As the archive has them; at most {@link MEMBERS_MAX}. */
  readonly members: readonly ArchiveMember[];
  /** Of all. */
  readonly count: number;
  /** Not `null`: it cannot be looked into, and this is why. */
  readonly because: string | null;
}

export interface MemberText {
  readonly sizeBytes: number;
  /** `null`: it is no text. */
  readonly text: string | null;
  /** It goes on after this. */
  readonly isCut: boolean;
}

export const MEMBERS_MAX = 20_000;
const TEXT_BYTES_MAX = 512 * 1024;
/** So many files are looked into at once; unpacking is work that downloads must not wait for. */
const AT_ONCE = 3;

export function openInsides(tools: DeskTools): Insides {
  const { catalog, remotes, blobs } = tools;
  const inTurn = openTurns(AT_ONCE);

  /** A text says why there is nothing to look into. */
  async function openHere(principal: Principal, which: WhichFile) {
    const { repository: name, project, filename } = which;
    const asked = await existing(tools, name);
    requireRight(tools, principal, "read", asked, project);
    const desk = openDesk(tools, asked, principal);
    const listed = (await desk.listing(project))?.files.find((file) => factsOf(file).filename === filename);
    if (listed === undefined) throw refuse({ code: "file-not-found", repository: name, filename });
    const member = catalog.find(listed.member);
    if (listed.kind === "offer") {
      const isHere = member?.kind === "remote" && (await remotes.tree.ofOffer(member, listed.offer)).copiedAt !== null;
      if (!isHere) return `it is not here yet: ${listed.member} fetches it when somebody installs it`;
    }
    const opened = await desk.file(project, filename);
    if (opened?.kind !== "stored") return "it is not kept here";
    return { format: formatOf(tools, asked), file: accessOf(opened) };
  }

  function accessOf({ blob, body }: OpenFile & { readonly kind: "stored" }): RandomAccess {
    return accessTo(blobs, { blob, sizeBytes: body.sizeBytes });
  }

  return {
    async contents(principal, which) {
      const here = await openHere(principal, which);
      if (typeof here === "string") return without(here);
      const read = () => here.format.archives.members(which.filename, here.file);
      const members = await inTurn(() => soundOr(read));
      if (typeof members === "string") return without(`the file is broken: ${members}`);
      if (members === null) return without("it is not a kind of file that can be looked into");
      return { members: members.slice(0, MEMBERS_MAX), count: members.length, because: null };
    },
    async text(principal, which, path) {
      const here = await openHere(principal, which);
      if (typeof here === "string") return null;
      const read = () => here.format.archives.read(which.filename, here.file, path, TEXT_BYTES_MAX);
      const found = await inTurn(() => soundOr(read));
      if (found === null || typeof found === "string") return null;
      const isCut = found.sizeBytes > found.bytes.byteLength;
      return { sizeBytes: found.sizeBytes, text: textOf(found.bytes, isCut), isCut };
    },
  };
}

function without(because: string): Contents {
  return { members: [], count: 0, because };
}

/** What was read, or what is wrong with the file. */
async function soundOr<Result>(read: () => Promise<Result>): Promise<Result | string> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

/** A character that the end of the piece has cut in two is left out. */
function textOf(bytes: Uint8Array, isCut: boolean): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    // Not UTF-8 is one of the answers.
    return null;
  }
}

/** Lets so many work at once; the others wait in the order in which they came. */
function openTurns(atOnce: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let working = 0;
  return async (work) => {
    if (working >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else working += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) working -= 1;
      else next();
    }
  };
}
