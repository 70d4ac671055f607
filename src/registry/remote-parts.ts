import { RegistryError, type RemoteRepository, refuse } from "#core";
import type { ListingReader, PackageFormat } from "#formats";
import { type Upstream, UpstreamFailure, type UpstreamReply } from "#upstream";
import type { RegistryParts } from "./registry.ts";
import type { Later } from "./remote-later.ts";

/** What remotes are made of; a registry's own parts have all of it. */
export type RemotesParts = Pick<
  RegistryParts,
  "blobs" | "state" | "formats" | "upstreams" | "open" | "now" | "wait"
> & {
  readonly settings: Pick<
    RegistryParts["settings"],
    "fileSizeBytesMax" | "plainFileSizeBytesMax" | "memoryBytesMax"
  > & {
    /** How long a reader waits for the upstream before a copy that is there is shown. Default 3 s. */
    readonly patienceMilliseconds?: number;
  };
};

/** The same for all files of this folder that begin with `remote-`. */
export interface RemoteTools extends RemotesParts {
  readonly later: Later;
  upstreamOf(remote: RemoteRepository): Upstream;
  readerOf(remote: RemoteRepository): ListingReader;
  formatOf(remote: RemoteRepository): PackageFormat;
}

/** Says in the registry's words what went wrong with an upstream; what was refused already stays as it is. */
export function refusalOf(remote: RemoteRepository, error: unknown): unknown {
  if (error instanceof RegistryError) return error;
  if (error instanceof UpstreamFailure) {
    const { message, retryAfterSeconds } = error;
    return refuse(
      { code: "upstream-unavailable", repository: remote.name, retryAfterSeconds, because: message },
      error,
    );
  }
  if (error instanceof SyntaxError) return invalid(remote, error.message, error);
  return error;
}

export function invalid(remote: RemoteRepository, because: string, cause?: unknown): RegistryError {
  return refuse({ code: "upstream-invalid", repository: remote.name, because }, cause);
}

/** A status that is neither success nor "not found", as the failure that it is. Gives the body up. */
export function failureOf(reply: UpstreamReply): UpstreamFailure {
  reply.cancel();
  const { origin, pathname } = new URL(reply.url);
  const because =
    reply.status === 401 || reply.status === 403
      ? `refused to answer (${reply.status}); check the credentials of this remote`
      : `answered ${reply.status}`;
  const retryAfter = reply.header("retry-after");
  return new UpstreamFailure(`${origin}${pathname} ${because}`, {
    retryAfterSeconds:
      retryAfter !== null && /^\d{1,5}$/.test(retryAfter) ? Math.min(Number(retryAfter), RETRY_AFTER_SECONDS_MAX) : 5,
  });
}

/** Web servers send who asks for a folder to the same address with a slash. */
export function isFolder(reply: UpstreamReply): boolean {
  return new URL(reply.url).pathname.endsWith("/");
}

export function isMissing(status: number): boolean {
  return status === 404 || status === 410;
}

const RETRY_AFTER_SECONDS_MAX = 600;
