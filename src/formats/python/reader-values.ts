import type { Instant, JsonObject, Offer, ProjectName, ProjectStatus } from "#core";
import { type PythonAttributes, packageTypeOf, toAttributes } from "./attributes.ts";
import { fileOfProject } from "./filenames.ts";

/** What an upstream's page says about one file, in either representation, before it is believed. */
export interface RawLink {
  readonly filename: string;
  readonly url: URL;
  readonly digests: Readonly<Record<string, string>>;
  readonly sizeBytes: number | null;
  readonly publishedAt: Instant | null;
  readonly yanked: string | null;
  readonly requiresPython: string | null;
  readonly coreMetadata: PythonAttributes["coreMetadata"];
  readonly hasSignature: boolean;
  readonly provenance: string | null;
}

const TEXT_LENGTH_MAX = 4096;
/** Hex digits of the algorithms that clients know; others are not passed on. */
const HEX_LENGTHS: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
  sha3_256: 64,
  sha3_512: 128,
  blake2b: 128,
  blake2s: 64,
};
const STATUSES: readonly ProjectStatus[] = ["active", "archived", "deprecated", "quarantined"];

/** The link as an offer of the project; `null` when no file of that name can belong to it. */
export function offerOf(link: RawLink, project: ProjectName): Offer | null {
  const file = fileOfProject(link.filename, project);
  if (file === null) return null;
  return {
    project,
    filename: link.filename,
    version: file.version,
    url: link.url.href,
    digests: link.digests,
    sizeBytes: link.sizeBytes,
    publishedAt: link.publishedAt,
    yanked: link.yanked,
    attributes: attributesOf(link),
  };
}

/** The first of each file name: a page that lists a name twice would otherwise say two things about it. */
export function dedupe(offers: readonly Offer[]): readonly Offer[] {
  const byName = new Map<string, Offer>();
  for (const offer of offers) if (!byName.has(offer.filename)) byName.set(offer.filename, offer);
  return [...byName.values()];
}

/**
 * The address of a link as we may fetch it: absolute, `http` or `https`, without credentials. The fragment is taken off
 * and given along. `null`: `javascript:`, `file:`, or no address at all.
 */
export function addressOf(href: string, base: string): { readonly url: URL; readonly fragment: string } | null {
  const url = URL.parse(href.trim(), base);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  const fragment = url.hash.slice(1);
  // Each setter parses anew, which thousands of links would feel.
  if (href.includes("#")) url.hash = "";
  // What the upstream needs for signing in is a setting of the remote; it must not travel with addresses.
  if (url.username !== "") url.username = "";
  if (url.password !== "") url.password = "";
  return { url, fragment };
}

/** The last part of an address, decoded; `null` when it could not be a file's name. */
export function filenameIn(url: URL): string | null {
  const last = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  try {
    return safeFilename(decodeURIComponent(last));
  } catch {
    return null; // Percent escapes that are not UTF-8.
  }
}

/** A name that is one path segment everywhere, and not one that we would serve something else under. */
export function safeFilename(text: string): string | null {
  if (text.length === 0 || text.length > 512 || text === "." || text === "..") return null;
  if (/[\x00-\x1f\x7f/\\]/.test(text) || !text.isWellFormed()) return null;
  return /\.(?:metadata|asc|provenance)$/.test(text) ? null : text;
}

/** `sha256=…&egg=…`, the fragment of a link. */
export function digestsInFragment(fragment: string): Readonly<Record<string, string>> {
  if (fragment === "") return {};
  return digestsOf(Object.fromEntries(fragment.split("&").map((pair) => pair.split("=", 2))));
}

/** Digests that are well-formed and of a known algorithm, in lower case. */
export function digestsOf(claimed: unknown): Readonly<Record<string, string>> {
  const digests: Record<string, string> = {};
  if (!isObject(claimed)) return digests;
  for (const [name, hex] of Object.entries(claimed)) {
    const algorithm = name.toLowerCase();
    const length = Object.hasOwn(HEX_LENGTHS, algorithm) ? HEX_LENGTHS[algorithm] : undefined;
    if (typeof hex === "string" && hex.length === length && /^[0-9a-f]+$/i.test(hex)) {
      digests[algorithm] = hex.toLowerCase();
    }
  }
  return digests;
}

/** A text of sensible length that says something; else `null`. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" && value.length <= TEXT_LENGTH_MAX ? value.trim() : null;
}

/** A yank's reason: any text, shortened rather than dropped, because dropping it would un-yank the file. */
export function reasonOf(value: string): string {
  return value.slice(0, TEXT_LENGTH_MAX);
}

export function statusOf(value: unknown): ProjectStatus {
  return STATUSES.find((status) => status === value) ?? "active";
}

/** PEP 700's form, with any number of decimals; `null` for anything else rather than a guess. */
export function instantOf(value: unknown): Instant | null {
  if (typeof value !== "string") return null;
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/.exec(value);
  if (match === null) return null;
  const [, seconds, decimals = "", zone = "Z"] = match;
  const at = Date.parse(`${seconds}${decimals.slice(0, 4)}${zone}`);
  return Number.isNaN(at) ? null : (at as Instant);
}

/** An absolute `https` address (PEP 740), else `null`. */
export function provenanceOf(value: unknown): string | null {
  const text = textOf(value);
  const url = text === null ? null : URL.parse(text);
  return url?.protocol === "https:" ? url.href : null;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function attributesOf(link: RawLink): JsonObject {
  return toAttributes({
    ...packageTypeOf(link.filename),
    requiresPython: link.requiresPython,
    coreMetadata: link.coreMetadata,
    hasSignature: link.hasSignature,
    provenance: link.provenance,
  });
}
