import { createHash } from "node:crypto";
import {
  ANONYMOUS,
  type Artifact,
  type Attachment,
  type Call,
  type Digest,
  documentationFilename,
  type Instant,
  type JsonObject,
  type LocalRepository,
  type ProjectName,
  type RegistryError,
  type RepositoryName,
  refuse,
} from "#core";
import type { Candidate, Desk, DocumentationWish, Received } from "#formats";
import { NO_TREE } from "./no-tree.ts";

/** What an upload did to a {@link UploadDesk}. */
export interface UploadDesk {
  readonly desk: Desk;
  readonly published: Candidate[];
  readonly registered: {
    readonly project: ProjectName;
    readonly displayName: string;
    readonly version: string | null;
    readonly attributes: JsonObject;
  }[];
  /** Documentation that was handed over, with its bytes. */
  readonly documented: { readonly wish: DocumentationWish; readonly received: Received }[];
  /** Drafts that were received and not yet forgotten. */
  readonly open: Set<Received>;
  /** How many bytes `receive` has taken from the client. */
  readonly takenBytes: () => number;
}

/** A desk that takes uploads into memory and remembers them: all that the upload routes need of a registry. */
export function openUploadDesk(
  options: { readonly validation?: LocalRepository["validation"]; readonly refusal?: RegistryError } = {},
): UploadDesk {
  const published: Candidate[] = [];
  const registered: UploadDesk["registered"] = [];
  const documented: UploadDesk["documented"] = [];
  const open = new Set<Received>();
  let takenBytes = 0;
  const repository = aLocalRepository(options.validation ?? "strict");
  const unexpected = (): never => {
    throw new Error("an upload does not ask for this");
  };
  const desk: Desk = {
    repository,
    may: () => options.refusal === undefined,
    projects: unexpected,
    listing: unexpected,
    page: unexpected,
    file: unexpected,
    companion: unexpected,
    attachment: unexpected,
    wasRemoved: unexpected,
    yank: unexpected,
    remove: unexpected,
    setStatus: unexpected,
    tree: NO_TREE,
    async receive(bytes) {
      if (options.refusal !== undefined) throw options.refusal;
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes) {
        takenBytes += chunk.byteLength;
        chunks.push(chunk);
      }
      const received: Received = receivedOf(Buffer.concat(chunks), () => open.delete(received));
      open.add(received);
      return received;
    },
    async publish(candidate) {
      const before = published.find((one) => one.filename === candidate.filename);
      if (before !== undefined && before.received.digest !== candidate.received.digest) {
        throw refuse({ code: "file-exists", repository: repository.name, filename: candidate.filename });
      }
      if (before === undefined) published.push(candidate);
      return { artifact: artifactOf(candidate, repository.name), created: before === undefined };
    },
    async document(wish, received) {
      documented.push({ wish, received });
      const { project, version } = wish;
      return { attachment: documentationOf(project, version ?? "1.0", received, repository.name), created: true };
    },
    async register(project, displayName, version) {
      registered.push({
        project,
        displayName,
        version: version?.version ?? null,
        attributes: version?.attributes ?? {},
      });
    },
  };
  return { desk, published, registered, documented, open, takenBytes: () => takenBytes };
}

/** Bytes as a registry would hold them. `blake2b_256` is {@link standInBlake2}: Node has no such hash. */
export function receivedOf(bytes: Buffer, forget: () => void = () => undefined): Received {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return {
    digest: `sha256:${sha256}` as Digest,
    hex: { sha256, md5: createHash("md5").update(bytes).digest("hex"), blake2b_256: standInBlake2(bytes) },
    sizeBytes: bytes.byteLength,
    read: async (start, end) => new Uint8Array(bytes.subarray(start, end)),
    async *chunks() {
      yield bytes;
    },
    [Symbol.asyncDispose]: async () => forget(),
  };
}

/** Some 32 bytes that depend on all of the input. */
export function standInBlake2(bytes: Uint8Array): string {
  return createHash("sha256").update("stand-in").update(bytes).digest("hex");
}

/** A call that posts this body in chunks; `cutAt` ends it early, as a broken connection that is not noticed does. */
export function postOf(
  upload: { readonly contentType: string; readonly body: Uint8Array },
  { chunkBytes = 4096, cutAt = upload.body.byteLength }: { readonly chunkBytes?: number; readonly cutAt?: number } = {},
): Call {
  const body = upload.body.subarray(0, cutAt);
  return {
    method: "POST",
    path: "/",
    rawPath: "/",
    params: {},
    query: new URLSearchParams(),
    header: (name) => (name === "content-type" ? upload.contentType : null),
    principal: ANONYMOUS,
    publicUrl: "https://index.example",
    async *body() {
      for (let at = 0; at < body.byteLength; at += chunkBytes) yield body.subarray(at, at + chunkBytes);
    },
    json: async () => undefined,
    contentLength: body.byteLength,
    now: 0 as Instant,
    signal: new AbortController().signal,
  };
}

function aLocalRepository(validation: LocalRepository["validation"]): LocalRepository {
  return {
    kind: "local",
    name: "alice/dev" as RepositoryName,
    format: "python" as LocalRepository["format"],
    title: null,
    description: null,
    customData: null,
    readers: [":ANONYMOUS:"],
    mutability: "immutable",
    createdAt: 0 as Instant,
    resolution: "shadow",
    remotes: "first",
    whitelist: [],
    whitelistInheritance: "intersection",
    bases: [],
    publishers: ["alice"],
    testResultWriters: [],
    validation,
    reserved: [],
  };
}

function documentationOf(
  project: ProjectName,
  version: string,
  { digest, sizeBytes }: Received,
  repository: RepositoryName,
): Attachment {
  return {
    repository,
    project,
    version,
    kind: "documentation",
    filename: documentationFilename(project, version),
    about: null,
    blob: digest,
    sizeBytes,
    attachedAt: 0 as Instant,
    log: [],
  };
}

function artifactOf(candidate: Candidate, repository: RepositoryName): Artifact {
  return {
    repository,
    project: candidate.project,
    filename: candidate.filename,
    version: candidate.version,
    blob: candidate.received.digest,
    sizeBytes: candidate.received.sizeBytes,
    publishedAt: 0 as Instant,
    yanked: null,
    attributes: candidate.attributes,
    companions: {},
    log: [],
  };
}
