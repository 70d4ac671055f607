import { type Call, keyOf, leafOf, type Reply, refuse } from "#core";
import type { DialectRoute } from "#http";
import type { TreeNode } from "#registry";
import { absence } from "./absence.ts";
import { CONTEXT, hasKey, route } from "./addresses.ts";
import { announcedChecksums, isChecksumDeploy, wantedChecksum } from "./checksums.ts";
import { deployed, folderInfo } from "./file-json.ts";
import { fileReply } from "./file-reply.ts";
import { folderPage } from "./html.ts";
import { type MatrixAddress, readMatrix } from "./matrix.ts";
import { overwriting } from "./overwriting.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { contentUrl, type NamedPlace, placeAt } from "./places.ts";
import { isPython, packageAt, readIndex, upload } from "./pypi.ts";

const CHILDREN_AT_ONCE = 1000;
/** A page for people does not grow without end. */
const LINKS_MAX = 10_000;

/** Files and folders at `{repo}/{path}`: deploy, download, delete. */
export function contentRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  const routes = [
    route("GET", "/:repo/*", (call) => read(parts, call)),
    route("PUT", "/:repo/*", (call) => deploy(parts, call)),
    route("DELETE", "/:repo/*", (call) => remove(parts, call)),
    // Upload clients that were given the repository's own address.
    route("POST", "/:repo", (call) => upload(parts, call)),
  ];
  return routes.map((own) => ({ ...own, when: hasKey }));
}

interface Address extends NamedPlace {
  /** As it was asked for. */
  readonly key: string;
  readonly properties: MatrixAddress["properties"];
}

/** What the address means, its matrix parameters taken off. */
async function addressed(parts: ArtifactoryParts, call: Call): Promise<Address> {
  const { path, properties } = readMatrix(call.rawPath.slice(CONTEXT.length + 1));
  const slash = path.indexOf("/");
  const key = slash < 0 ? path : path.slice(0, slash);
  return { ...(await placeAt(parts, key, slash < 0 ? "" : path.slice(slash + 1))), key, properties };
}

async function read(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const { tree } = parts.registry;
  const named = await addressed(parts, call);
  const { repository, place, isFolder } = named;
  if (isPython(repository)) {
    const page = await readIndex(parts, call, named);
    if (page !== null) return page;
  }
  if (!isFolder) {
    const found = await tree.open(call.principal, place, call.method !== "HEAD");
    if (found !== null) return fileReply(found.node, found.file);
    const kept = isPython(repository) ? await packageAt(parts, call, named, "packages/") : null;
    if (kept !== null) return kept;
  }
  const node = await tree.look(call.principal, place);
  // A file is not at its address with a slash at the end.
  if (node === null || node.kind === "file") throw await absence(parts, call, named);
  const key = keyOf(repository.name);
  // The page's links are relative; so is the way to it, and no request can make it lead to another server.
  if (!call.rawPath.endsWith("/")) {
    return { kind: "redirect", status: 302, to: `./${encodeURIComponent(leafOf(place.path) || named.key)}/` };
  }
  const title = place.path === "" ? key : `${key}/${place.path}`;
  return folderPage(call, title, place.path === "", await childrenOf(parts, call, named));
}

async function childrenOf(parts: ArtifactoryParts, call: Call, { place }: NamedPlace): Promise<readonly TreeNode[]> {
  const children: TreeNode[] = [];
  let after: string | null = null;
  while (children.length < LINKS_MAX) {
    const page: readonly TreeNode[] | null = await parts.registry.tree.children(call.principal, place, {
      after,
      limit: CHILDREN_AT_ONCE,
    });
    children.push(...(page ?? []));
    const last = page?.at(-1);
    if (last === undefined || (page?.length ?? 0) < CHILDREN_AT_ONCE) break;
    after = leafOf(last.path);
  }
  return children;
}

async function deploy(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const named = await addressed(parts, call);
  const explode = ["x-explode-archive", "x-explode-archive-atomic"];
  if (explode.some((name) => call.header(name)?.toLowerCase() === "true")) {
    const because =
      "Archives are not unpacked here (X-Explode-Archive); deploy the files one by one, as 'jf rt upload' does.";
    throw refuse({ code: "request-invalid", because });
  }
  try {
    if (named.isFolder) return await makeFolder(parts, call, named);
    return isChecksumDeploy(call) ? await deployKnown(parts, call, named) : await deployBytes(parts, call, named);
  } catch (error) {
    throw overwriting(error, call, named.repository, named.place.path) ?? error;
  }
}

async function makeFolder(parts: ArtifactoryParts, call: Call, named: Address): Promise<Reply> {
  const { place, repository, properties } = named;
  if (call.contentLength !== null && call.contentLength > 0) {
    const because = `The address '${place.path}/' is a folder's, and a folder has no content; leave out the slash at the end.`;
    throw refuse({ code: "request-invalid", because });
  }
  const { tree } = parts.registry;
  const node = await tree.makeFolder(call.principal, place);
  if (Object.keys(properties).length > 0) await tree.setProperties(call.principal, place, properties, false);
  const key = keyOf(repository.name);
  const uri = contentUrl(call, key, place.path);
  return { kind: "json", status: 201, body: { ...folderInfo(call, key, node), uri }, headers: { location: uri } };
}

async function deployBytes(parts: ArtifactoryParts, call: Call, named: Address): Promise<Reply> {
  const { tree } = parts.registry;
  const { place, properties } = named;
  const expected = announcedChecksums(call);
  await using received = await tree.receive(call.principal, place, call.body());
  const { node } = await tree.put(call.principal, place, received, { properties, expected });
  return created(call, named, node, expected);
}

/** The same bytes are somewhere here already; who asks must have the right to put them here, whether they are or not. */
async function deployKnown(parts: ArtifactoryParts, call: Call, named: Address): Promise<Reply> {
  const { place, properties } = named;
  const expected = announcedChecksums(call);
  const wanted = wantedChecksum(call, expected);
  const put = await parts.registry.tree.putKnown(call.principal, place, wanted, { properties, expected });
  if (put === null) {
    const because = `No file with the ${wanted.algorithm} checksum ${wanted.hex} was found here; deploy it with its content.`;
    throw refuse({ code: "file-not-found", repository: place.repository, filename: place.path, because });
  }
  return created(call, named, put.node, expected);
}

function created(
  call: Call,
  { repository }: Address,
  node: Parameters<typeof deployed>[2],
  expected: Readonly<Record<string, string>>,
): Reply {
  const key = keyOf(repository.name);
  const location = contentUrl(call, key, node.path);
  return { kind: "json", status: 201, body: deployed(call, key, node, expected), headers: { location } };
}

async function remove(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const named = await addressed(parts, call);
  const tally = await parts.registry.tree.remove(call.principal, named.place);
  if (tally === null) throw await absence(parts, call, named);
  return { kind: "done", status: 204 };
}
