import type { Json } from "./json.ts";
import type { Digest, Instant } from "./names.ts";
import type { Principal } from "./principal.ts";

/** A request as the rooms behind the front door see it: decoded, authenticated, without a socket. */
export interface Call {
  readonly method: string;
  /** Percent-decoded path below the repository, the dialect or the root, beginning with `/`. */
  readonly path: string;
  /**
   * The request's whole path as it was sent, percent-encoded, below the prefix under which a proxy shows us. For
   * dialects to which an encoded character is another one than the plain (`;` and `%3B`).
   */
  readonly rawPath: string;
  /** Values of the route's `:names`, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The value of a header by lower-case name; several lines are joined by `, `. `null`: not sent. */
  header(name: string): string | null;
  readonly principal: Principal;
  /** Of the client, behind listed proxies its own; failed sign-ins are counted by it. */
  readonly remoteAddress?: string;
  /** Where the client reaches this server, without a slash at the end: `https://host/prefix`. */
  readonly publicUrl: string;
  /** The body as it arrives. Reading stops with `too-large` at the server's limit, with `request-invalid` when it is cut short. */
  body(): AsyncIterable<Uint8Array>;
  /** The whole body as JSON (any content type); `undefined` when it is empty. Refuses with `request-invalid`. At most 16 MiB. */
  json(): Promise<Json | undefined>;
  readonly contentLength: number | null;
  /** When the request came in. */
  readonly now: Instant;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** Whether finished bytes may still be shown; asked on every hit, so it must be cheap. */
export interface Freshness {
  /** `false` as soon as a finished write, or the clock, has outdated the bytes. */
  isCurrent(now: Instant): boolean;
}

/** Bytes, piece by piece. */
export interface Pieces extends AsyncIterable<Uint8Array> {
  /**
   * Gives back the memory of a piece, to be filled with a later one: whoever has done with it may, nobody must. So a
   * large file passes through a few buffers, which the processor still has at hand.
   */
  recycle?(piece: Uint8Array): void;
}

/** Bytes of a file, opened lazily so that HEAD and 304 read nothing. */
export interface FileBody {
  readonly sizeBytes: number;
  /** Opens `[start, end)`; the whole file when not given. */
  open(range?: { readonly start: number; readonly end: number }): Promise<Pieces>;
  /** The whole content where it is in memory already. */
  readonly bytes: Uint8Array | null;
  /** A short-lived address the client may fetch from instead (S3). */
  directUrl?(): Promise<URL | null>;
}

/** What is known about a body that was made once and is served often. */
export interface FinishedBody {
  /** Strong validator without quotes, of the identity bytes. */
  readonly etag: string;
  /** Compressed once, on first use; `null` when it does not pay. */
  encoded(coding: "gzip" | "zstd"): Uint8Array | null;
}

/** How long others may keep an answer. */
export type CachePolicy =
  /** Ask again each time; an ETag makes that cheap. */
  | { readonly kind: "revalidate"; readonly isPrivate: boolean }
  | { readonly kind: "immutable"; readonly isPrivate: boolean }
  | { readonly kind: "none" };

/**
 * Told each time a whole file has been sent to who asked for it: neither HEAD nor 304 nor a part of it counts, nor what
 * was broken off. `by`: as the journal names them; empty for nobody. Called on the fastest path, so it must be quick.
 */
export type NoteServed = (by: string) => void;

/**
 * An answer as data. The front door adds ETag, 304, Range, HEAD, compression, `Vary: Accept-Encoding` and the
 * length. Header names are lower-case.
 */
export type Reply =
  | {
      readonly kind: "bytes";
      readonly status: number;
      readonly contentType: string;
      readonly body: Uint8Array | string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly cache?: CachePolicy;
      /** Given: the front door may keep the finished answer for the same request by the same principal. */
      readonly freshness?: Freshness;
      /** Given: the body comes from a page cache, which knows its validator and keeps its compressed forms. */
      readonly finished?: FinishedBody;
    }
  | {
      readonly kind: "json";
      readonly status: number;
      readonly body: Json;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "file";
      readonly filename: string;
      readonly contentType: string;
      readonly body: FileBody;
      /** Strong validator without quotes; for files their SHA-256. */
      readonly etag: string;
      readonly lastModified: Instant | null;
      readonly cache: CachePolicy;
      readonly headers?: Readonly<Record<string, string>>;
      readonly freshness?: Freshness;
      readonly noteServed?: NoteServed | undefined;
    }
  /** A file that is being fetched: the length may be unknown; an error while it runs cuts the connection. */
  | {
      readonly kind: "stream";
      readonly status: number;
      readonly contentType: string;
      readonly sizeBytes: number | null;
      readonly chunks: AsyncIterable<Uint8Array>;
      /** The bytes `[start, end)`; not given: it comes as a whole only. Used where the length is known. */
      readonly part?:
        | ((range: { readonly start: number; readonly end: number }) => AsyncIterable<Uint8Array>)
        | undefined;
      readonly lastModified?: Instant | null | undefined;
      readonly cache?: CachePolicy;
      readonly headers?: Readonly<Record<string, string>>;
      readonly noteServed?: NoteServed | undefined;
    }
  | {
      readonly kind: "redirect";
      readonly status: 301 | 302 | 303 | 307 | 308;
      readonly to: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** `reason` becomes the HTTP reason phrase, which is all that some upload clients show. */
  | {
      readonly kind: "done";
      readonly status: number;
      readonly reason?: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** A digest of a file and its size. */
export interface BlobInfo {
  readonly digest: Digest;
  readonly sizeBytes: number;
}
