import type { Instant, RemoteRepository } from "#core";

/** What is known of a page; never changed, only replaced. */
export interface Known<Content> {
  /** `null`: the upstream said that there is none. */
  readonly content: Content | null;
  /** When the upstream last said so. */
  readonly checkedAt: Instant;
  /** Not `null`: the upstream failed after that, and is not asked again before this moment. */
  readonly staleUntil: Instant | null;
  readonly upstreamSerial: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly fingerprint: string | null;
  readonly isOutdated: boolean;
  /** The `checkedAt` of the copy in the shared state. */
  readonly copiedAt: Instant | null;
  readonly weight: number;
}

/** Until when it may be shown without asking. */
export function validUntilOf(known: Known<unknown>, remote: RemoteRepository): Instant {
  if (known.staleUntil !== null) return known.staleUntil;
  if (known.isOutdated) return 0 as Instant;
  const seconds = known.content === null ? remote.missingForSeconds : remote.freshForSeconds;
  return (known.checkedAt + seconds * 1000) as Instant;
}

/** The same, but the upstream is to be asked for it. */
export function outdated<Content>(known: Known<Content>): Known<Content> {
  // Without validators: whoever asks for a new page doubts the one that is there.
  return { ...known, etag: null, lastModified: null, fingerprint: null, isOutdated: true, staleUntil: null };
}

/** The upstream says that there is none. */
export function missing<Content>(checkedAt: Instant): Known<Content> {
  return {
    content: null,
    checkedAt,
    staleUntil: null,
    upstreamSerial: null,
    etag: null,
    lastModified: null,
    fingerprint: null,
    isOutdated: false,
    copiedAt: null,
    weight: 500,
  };
}

/** What a question says of what is known, so that the upstream need not send it again. */
export function conditionsOf(known: Known<unknown> | null): Record<string, string> {
  if (known === null || known.content === null || known.isOutdated) return {};
  return {
    ...(known.etag === null ? {} : { "if-none-match": known.etag }),
    ...(known.lastModified === null ? {} : { "if-modified-since": known.lastModified }),
  };
}
