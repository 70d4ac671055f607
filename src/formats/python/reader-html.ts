import { Parser } from "htmlparser2";
import type { ProjectName, ProjectStatus } from "#core";
import type { UpstreamPage } from "../format.ts";
import type { PythonAttributes } from "./attributes.ts";
import { projectName } from "./names.ts";
import {
  addressOf,
  digestsInFragment,
  digestsOf,
  filenameIn,
  provenanceOf,
  type RawLink,
  reasonOf,
  statusOf,
  textOf,
} from "./reader-values.ts";

/** An HTML page of links as it stands there. */
export interface HtmlPage {
  readonly anchors: readonly Anchor[];
  /** What relative links are relative to: the page's address, or what its `<base>` says. */
  readonly base: string;
  readonly status: ProjectStatus;
  readonly statusReason: string | null;
  /** Says which version of the simple API it is (PEP 629). */
  readonly hasVersion: boolean;
  /** The words of its title and its first-level headings. */
  readonly headings: readonly string[];
}

export interface Anchor {
  readonly href: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

const ANCHOR_TEXT_LENGTH_MAX = 1024;
const HEADINGS_LENGTH_MAX = 4096;
/** What servers without PEP 629 call a page of links: `Links for foo`, `Index of /simple/foo/`. */
const INDEX_WORD = /^(?:links?|index|packages?)$/i;

/** Reads the links of a page as browsers do, however it is written. Throws `SyntaxError` when it is not HTML. */
export function readHtml(page: UpstreamPage): HtmlPage {
  const text = decode(page);
  // Not HTML: a file, a text, an empty answer. Taking it for a page without links would make projects vanish.
  if (!/<[a-z!][^>]{0,1000}>/i.test(text)) {
    throw new SyntaxError(`the page ${page.url} is not HTML`);
  }
  const anchors: Anchor[] = [];
  const metas = new Map<string, string>();
  let base: string | null = null;
  let headings = "";
  let headingDepth = 0;
  let open: { readonly attributes: Readonly<Record<string, string>>; text: string } | null = null;
  const close = (): void => {
    const href = open?.attributes["href"];
    if (open !== null && href !== undefined)
      anchors.push({ href, attributes: open.attributes, text: open.text.trim() });
    open = null;
  };
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === "a") {
        close(); // Anchors do not nest: the next one ends the last.
        open = { attributes, text: "" };
      } else if (isHeading(name)) {
        headingDepth += 1;
        headings += " ";
      } else if (name === "base" && attributes["href"] !== undefined) {
        base ??= URL.parse(attributes["href"], page.url)?.href ?? null;
      } else if (name === "meta" && attributes["name"] !== undefined) {
        metas.set(attributes["name"].toLowerCase(), attributes["content"] ?? "");
      }
    },
    ontext(part) {
      if (open !== null && open.text.length < ANCHOR_TEXT_LENGTH_MAX) open.text += part;
      if (headingDepth > 0 && headings.length < HEADINGS_LENGTH_MAX) headings += part;
    },
    onclosetag(name) {
      if (name === "a") close();
      else if (isHeading(name)) headingDepth -= 1;
    },
  });
  parser.end(text);
  close();
  refuseOtherMajor(page, metas.get("pypi:repository-version"));
  return {
    anchors,
    base: base ?? page.url,
    status: statusOf(metas.get("pypi:project-status")),
    statusReason: textOf(metas.get("pypi:project-status-reason")),
    hasVersion: metas.has("pypi:repository-version"),
    headings: headings.split(/[^\w.-]+/).filter((word) => word !== ""),
  };
}

/**
 * Throws `SyntaxError` for a page without files that does not call itself a page of an index: by its version, or by the
 * words above it. It is a sign-in or an apology that came as 200, and must not make a project's files vanish.
 */
export function refuseStranger(html: HtmlPage, page: UpstreamPage, project: ProjectName | null): void {
  const isIndexWord = (word: string): boolean =>
    INDEX_WORD.test(word) || (project !== null && projectName(word) === project);
  if (html.hasVersion || html.headings.some(isIndexWord)) return;
  throw new SyntaxError(`the page ${page.url} links to no file and is no page of an index`);
}

function isHeading(tag: string): boolean {
  return tag === "title" || tag === "h1";
}

/** A link of a project's page as a file; `null` when it cannot be one. The name is the address's, as installers have it. */
export function linkOfAnchor({ href, attributes }: Anchor, base: string): RawLink | null {
  const address = addressOf(href, base);
  const filename = address === null ? null : filenameIn(address.url);
  if (address === null || filename === null) return null;
  const yanked = attributes["data-yanked"];
  return {
    filename,
    url: address.url,
    digests: digestsInFragment(address.fragment),
    sizeBytes: null,
    publishedAt: null,
    // PEP 592: present without a value yanks, too.
    yanked: yanked === undefined ? null : reasonOf(yanked),
    requiresPython: textOf(attributes["data-requires-python"]),
    coreMetadata: metadataOf(attributes["data-core-metadata"] ?? attributes["data-dist-info-metadata"]),
    hasSignature: attributes["data-gpg-sig"] === "true",
    provenance: provenanceOf(attributes["data-provenance"]),
  };
}

/** `true`, or `<algorithm>=<hex>`; anything else announces nothing. */
function metadataOf(value: string | undefined): PythonAttributes["coreMetadata"] {
  if (value === undefined) return null;
  if (value.trim().toLowerCase() === "true") return true;
  const [algorithm = "", hex = ""] = value.trim().split("=", 2);
  const digests = digestsOf({ [algorithm]: hex });
  if (digests["sha256"] !== undefined) return { sha256: digests["sha256"] };
  return Object.keys(digests).length > 0 ? true : null;
}

function refuseOtherMajor(page: UpstreamPage, version: string | undefined): void {
  // PEP 629: another major version may mean anything.
  if (version !== undefined && !/^1(?:\.|$)/.test(version.trim())) {
    throw new SyntaxError(`the page ${page.url} has API version ${version.slice(0, 20)}, and only 1.x is known`);
  }
}

function decode(page: UpstreamPage): string {
  const [, charset = "utf-8"] = /charset\s*=\s*"?([\w-]+)/i.exec(page.contentType) ?? [];
  try {
    return new TextDecoder(charset).decode(page.bytes);
  } catch {
    return new TextDecoder("utf-8").decode(page.bytes); // A character set that nobody knows.
  }
}
