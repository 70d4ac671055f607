import { ANYONE, type Call, type Listing, type ProjectName, type Reply, refuse } from "#core";
import type { Desk, MadePage, Page, Route } from "../format.ts";
import { projectName } from "./names.ts";
import { type Representation, representationOf, SIMPLE_TYPES } from "./negotiation.ts";
import type { AddressOf } from "./render-entries.ts";
import { renderListHtml, renderProjectHtml } from "./render-html.ts";
import { renderListJson, renderProjectJson } from "./render-json.ts";

/** Every negotiated answer of the simple API says so, redirects too. */
export const VARY = { vary: "Accept" } as const;

/**
 * The simple API (PEP 503, 691): the list of projects and the page of each, under `simple` and under devpi's `+simple`,
 * which hatch asks beside an upload address as well.
 */
export const simpleRoutes: readonly Route[] = [
  ...["/simple", "/+simple"].flatMap((root): readonly Route[] => [
    { method: "GET", path: root, handle: async (call) => redirectTo(`${root.slice(1)}/`, call) },
    { method: "GET", path: `${root}/`, handle: showList },
    { method: "GET", path: `${root}/:project`, handle: showProject },
    { method: "GET", path: `${root}/:project/`, handle: showProject },
    // pipenv joins an index address that ends in `/` and `/<name>/`.
    { method: "GET", path: `${root}//:project/`, handle: showProject },
  ]),
];

async function showList(call: Call, desk: Desk): Promise<Reply> {
  const representation = representationFor(call);
  if (representation === null) throw notAcceptable();
  const page = await desk.page("list", representation.kind, null, async () => {
    const { projects, staleSince, validUntil } = await desk.projects();
    const render = representation.kind === "json" ? renderListJson : renderListHtml;
    return {
      contentType: PAGE_TYPES[representation.kind],
      text: { of: projects, parts: () => render(projects) },
      headers: staleHeaders(staleSince),
      validUntil: validUntil ?? null,
    };
  });
  if (page === null) throw refuse({ code: "route-not-found", path: call.path });
  return reply(page, representation, desk);
}

async function showProject(call: Call, desk: Desk): Promise<Reply> {
  const asked = call.params["project"] ?? "";
  const project = projectName(asked);
  if (project === null) throw refuse({ code: "project-not-found", repository: desk.repository.name, project: asked });
  const hasSlash = call.path.endsWith("/");
  if (!hasSlash) return redirectTo(`${project}/`, call);
  if (asked !== project) return redirectTo(`../${project}/`, call);
  const representation = representationFor(call);
  if (representation === null) {
    const isThere = (await desk.listing(project)) !== null;
    throw isThere ? notAcceptable() : refuse({ code: "project-not-found", repository: desk.repository.name, project });
  }
  if (call.header("x-devpi-absolute-urls") !== null) return showAbsolute(call, desk, project, representation);
  // One folder more lies between the page and the repository when the address has an empty one.
  const up = call.path.includes("//") ? "../../../" : "../../";
  const variant = up === "../../" ? representation.kind : `${representation.kind}:${up}`;
  const page = await desk.page(`simple:${project}`, variant, project, async () => {
    const listing = await desk.listing(project);
    return listing === null ? null : makeProjectPage(listing, representation, up, desk.addressOf);
  });
  if (page === null) throw refuse({ code: "project-not-found", repository: desk.repository.name, project });
  return reply(page, representation, desk);
}

/**
 * devpi's header, of any value: the page is read apart from its address, so links are absolute. They name the address
 * that this client used, so the page is made for it alone and kept by nobody.
 */
async function showAbsolute(
  call: Call,
  desk: Desk,
  project: ProjectName,
  representation: Representation,
): Promise<Reply> {
  const listing = await desk.listing(project);
  if (listing === null) throw refuse({ code: "project-not-found", repository: desk.repository.name, project });
  const path = desk.repository.name.split("/").map(encodeURIComponent).join("/");
  const { text, headers } = makeProjectPage(listing, representation, `${call.publicUrl}/${path}/`);
  return {
    kind: "bytes",
    status: 200,
    contentType: representation.contentType,
    body: text,
    headers: { ...headers, vary: "Accept, X-Devpi-Absolute-Urls" },
    cache: { kind: "none" },
  };
}

function makeProjectPage(
  listing: Listing,
  representation: Representation,
  up: string,
  addressOf?: AddressOf,
): MadePage & { readonly text: string } {
  return {
    contentType: PAGE_TYPES[representation.kind],
    text: (representation.kind === "json" ? renderProjectJson : renderProjectHtml)(listing, up, addressOf),
    headers: { ...serialHeader(listing), ...staleHeaders(listing.staleSince) },
    validUntil: listing.validUntil,
  };
}

/** The upstream's own serial, which mirrors compare; nothing that could break a header line. */
export function serialHeader(listing: Listing): Readonly<Record<string, string>> {
  const serial = listing.upstreamSerial;
  return serial !== null && /^\d{1,20}$/.test(serial) ? { "x-pypi-last-serial": serial } : {};
}

/** An upstream failed, so this is the copy from that time: installers work on, people can see it. */
export function staleHeaders(staleSince: number | null): Readonly<Record<string, string>> {
  if (staleSince === null) return {};
  return {
    warning: '110 - "Response is Stale"',
    "x-vivarium-stale-since": new Date(staleSince).toISOString(),
  };
}

function representationFor(call: Call): Representation | null {
  return representationOf(call.header("accept"), call.query.get("format"));
}

function notAcceptable(): Error {
  return refuse({ code: "not-acceptable", offered: SIMPLE_TYPES });
}

// The bytes of `text/html` and `v1+html` are the same, and so is their page; the reply names the type that was asked for.
const PAGE_TYPES = { html: "text/html; charset=utf-8", json: "application/vnd.pypi.simple.v1+json" } as const;

function reply(page: Page, representation: Representation, desk: Desk): Reply {
  return {
    kind: "bytes",
    status: 200,
    contentType: representation.contentType,
    body: page.bytes,
    headers: { ...page.headers, ...VARY },
    cache: { kind: "revalidate", isPrivate: !isPublic(desk) },
    freshness: page.freshness,
    finished: page,
  };
}

/** Whether everybody may read the repository, so that shared caches may keep its pages. */
export function isPublic(desk: Desk): boolean {
  return desk.repository.readers.includes(ANYONE);
}

/**
 * To the canonical address, by a relative reference: it stays below the repository whatever host, prefix or name of the
 * repository the client used, so no request can make it lead elsewhere.
 */
export function redirectTo(path: string, call: Call): Reply {
  const query = call.query.toString();
  return { kind: "redirect", status: 301, to: query === "" ? path : `${path}?${query}`, headers: VARY };
}
