import type { JsonObject, RemoteRepository } from "#core";

const SUFFIX = "simple";

/** Artifactory's three fields for where an upstream is. */
interface AddressFields {
  readonly url: string;
  /** Only of Python repositories. */
  readonly registryUrl: string | null;
  readonly suffix: string | null;
}

/**
 * The address of the upstream's index as we keep it: ends in a slash. Of a Python repository the registry's address and
 * the suffix; `url` says where its files are, which the index says too, and stands for the registry where none is given.
 */
export function upstreamAddress(format: string, { url, registryUrl, suffix }: AddressFields): string {
  if (format !== "python") return withSlash(url);
  const base = withSlash(registryUrl === null || registryUrl === "" ? url : registryUrl);
  const end = withoutSlashes(suffix ?? SUFFIX);
  // Who gave the whole address of the index means that.
  return end === "" || base.endsWith(`/${end}/`) ? base : `${base}${end}/`;
}

/** The fields as they were given; made anew where the address was changed since by other means. */
export function addressFieldsOf({ url, kept = {}, format }: RemoteRepository): JsonObject {
  if (url === null) return { url: "" };
  const given = {
    url: textOf(kept["url"]) ?? "",
    registryUrl: textOf(kept["pyPIRegistryUrl"]),
    suffix: textOf(kept["pyPIRepositorySuffix"]),
  };
  const isAsGiven = given.url !== "" && upstreamAddress(format, given) === url;
  if (format !== "python") return { url: isAsGiven ? given.url : url };
  if (isAsGiven) {
    return {
      url: given.url,
      pyPIRegistryUrl: given.registryUrl === null || given.registryUrl === "" ? given.url : given.registryUrl,
      pyPIRepositorySuffix: given.suffix ?? SUFFIX,
    };
  }
  const parts = /^(.*?)\/+([^/]+)\/$/.exec(url);
  const [, base = url, end = ""] = parts !== null && !parts[1]?.endsWith(":/") ? parts : [];
  return { url: base, pyPIRegistryUrl: base, pyPIRepositorySuffix: end };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function withSlash(url: string): string {
  return url === "" || url.endsWith("/") ? url : `${url}/`;
}

function withoutSlashes(text: string): string {
  return text.replace(/^\/+|\/+$/g, "");
}
