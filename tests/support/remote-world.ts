import type { Instant, Listing, Offer, ProjectName, RemoteRepository, RepositoryName, Sealed } from "#core";
import type { OpenFile } from "#formats";
import { openUpstreams, type UpstreamLimits } from "#upstream";
import { openRemotes } from "../../src/registry/open-remotes.ts";
import type { Remotes } from "../../src/registry/remotes.ts";
import { type FakeUpstream, openFakeUpstream } from "./fake-upstream.ts";
import { type MemoryBlobs, memoryBlobs, memoryState } from "./memory-stores.ts";
import { ANY, anyFormat, PLAIN, plainFormat } from "./plain-format.ts";

/** Remotes over a fake upstream, with a clock that the test moves. */
export interface RemoteWorld extends AsyncDisposable {
  readonly fake: FakeUpstream;
  readonly remotes: Remotes;
  readonly blobs: MemoryBlobs;
  readonly remote: RemoteRepository;
  /** A remote of files without projects: what the fake has below `/files/`. */
  readonly files: RemoteRepository;
  /** The remote with other settings. */
  with(change: Partial<RemoteRepository>): RemoteRepository;
  tick(seconds: number): void;
  now(): Instant;
  /** Closes the remotes and opens them anew over what was kept. */
  restart(): Promise<void>;
  /** The one file of a project, or the one of that name. */
  offer(project: string, filename?: string): Promise<Offer>;
}

export async function openRemoteWorld(
  options: {
    readonly limits?: Partial<UpstreamLimits>;
    readonly fileSizeBytesMax?: number;
    readonly memoryBytesMax?: number;
    readonly patienceMilliseconds?: number;
  } = {},
): Promise<RemoteWorld> {
  let time = 1_800_000_000_000;
  const now = (): Instant => time as Instant;
  const fake = await openFakeUpstream();
  const blobs = memoryBlobs();
  const state = memoryState(now);
  const open = () => {
    const upstreams = openUpstreams({
      now,
      random: () => 0.5,
      userAgent: "vivarium/test",
      limits: { retryMilliseconds: 1, failuresMax: 1_000, ...options.limits },
    });
    const remotes = openRemotes({
      blobs,
      state,
      now,
      wait: async () => {},
      upstreams,
      formats: new Map([
        [PLAIN, plainFormat],
        [ANY, anyFormat],
      ]),
      open: (sealed) => sealed.replace("sealed ", ""),
      settings: {
        fileSizeBytesMax: options.fileSizeBytesMax ?? 1 << 30,
        memoryBytesMax: options.memoryBytesMax ?? 1 << 24,
        patienceMilliseconds: options.patienceMilliseconds ?? 5_000,
      },
    });
    return { upstreams, remotes };
  };
  let parts = open();
  const close = async (): Promise<void> => {
    await parts.remotes[Symbol.asyncDispose]();
    await parts.upstreams[Symbol.asyncDispose]();
  };
  const remote: RemoteRepository = {
    kind: "remote",
    name: "root/up" as RepositoryName,
    format: PLAIN,
    title: null,
    description: null,
    customData: null,
    readers: [":ANONYMOUS:"],
    mutability: "volatile",
    createdAt: now(),
    url: fake.url,
    credentials: null,
    freshForSeconds: 600,
    missingForSeconds: 60,
    noProjectList: false,
    useExternalUrls: false,
    layout: "simple",
    webUrlFormat: null,
    ignoreSerialHeader: false,
  };
  return {
    fake,
    blobs,
    remote,
    files: { ...remote, name: "root/files" as RepositoryName, format: ANY, url: `${fake.origin}/files/` },
    get remotes() {
      return parts.remotes;
    },
    with: (change) => ({ ...remote, ...change }),
    tick(seconds) {
      time += seconds * 1000;
    },
    now,
    async restart() {
      await close();
      parts = open();
    },
    async offer(project, filename) {
      const listing = await parts.remotes.listing(remote, project as ProjectName);
      const offers = offersOf(listing);
      const found = filename === undefined ? offers[0] : offers.find((offer) => offer.filename === filename);
      if (found === undefined) throw new Error(`${project} has no such file`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      await close();
      await fake[Symbol.asyncDispose]();
    },
  };
}

export function sealed(text: string): Sealed {
  return `sealed ${text}` as Sealed;
}

export function offersOf(listing: Listing | null): readonly Offer[] {
  return (listing?.files ?? []).map((file) => {
    if (file.kind !== "offer") throw new Error("a remote lists offers only");
    return file.offer;
  });
}

/** Everything of a file, however it is given. */
export async function bytesOf(file: OpenFile | null): Promise<Buffer> {
  if (file === null || file.kind === "elsewhere") throw new Error("there are no bytes here");
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.kind === "stored" ? await file.body.open() : file.chunks) chunks.push(chunk);
  return Buffer.concat(chunks);
}
