import { refuse } from "#core";
import type { TreeNode } from "#registry";
import { integerIn, type Operation, operation, PAGE_QUERY, repositoryIn } from "./operation.ts";
import { requireSignedIn } from "./rights.ts";
import type { Answers } from "./schemas.ts";
import { instantView } from "./views.ts";

const PAGE_LENGTH = 100;
const PAGE_LENGTH_MAX = 1000;

/** What remotes have copied of their upstreams. */
export const copyOperations: readonly Operation[] = [
  operation({
    id: "listCopies",
    method: "GET",
    path: "/repositories/:owner/:name/copies",
    summary: "The files that a remote has copied, by their paths in its tree",
    query: [{ name: "below", kind: "string", description: "Only those below this folder" }, ...PAGE_QUERY],
    answer: "Copies",
    refusals: ["repository-not-found", "not-signed-in", "not-permitted", "request-invalid"],
    async handle(parts, call) {
      const place = await placeIn(parts, call, call.query.get("below") ?? "");
      const limit = integerIn(call, "limit", { least: 1, most: PAGE_LENGTH_MAX, otherwise: PAGE_LENGTH });
      const page = { after: call.query.get("after"), limit };
      const nodes = (await parts.registry.tree.below(call.principal, place, page)) ?? [];
      // Folders take places of the page, too, so that the next one begins where this one ends.
      return { items: nodes.flatMap(copyView), next: nodes.length < limit ? null : (nodes.at(-1)?.path ?? null) };
    },
  }),
  operation({
    id: "removeCopies",
    method: "DELETE",
    path: "/repositories/:owner/:name/copies",
    summary: "Drop a copy, or all below a folder; who asks next has it fetched again",
    query: [{ name: "path", kind: "string", description: "Of the file or the folder; empty: all copies" }],
    answer: "Tally",
    refusals: [
      "repository-not-found",
      "not-signed-in",
      "not-permitted",
      "request-invalid",
      "file-not-found",
      "repository-immutable",
    ],
    async handle(parts, call) {
      requireSignedIn(call.principal);
      const path = call.query.get("path");
      // What goes shall not be said by leaving something out.
      if (path === null) throw refuse({ code: "request-invalid", because: "say which copies go: path, empty for all" });
      const place = await placeIn(parts, call, path);
      const tally = await parts.registry.tree.remove(call.principal, place);
      if (tally === null) throw refuse({ code: "file-not-found", repository: place.repository, filename: path });
      return { files: tally.files, sizeBytes: tally.sizeBytes };
    },
  }),
];

async function placeIn(
  { registry }: Parameters<Operation["handle"]>[0],
  call: Parameters<Operation["handle"]>[1],
  path: string,
) {
  const name = repositoryIn(call);
  const { repository } = await registry.desk(name, call.principal);
  if (repository.kind !== "remote") {
    const because = `${name} is ${repository.kind} and has no copies; only a remote repository copies what it reads`;
    throw refuse({ code: "request-invalid", because });
  }
  return { repository: name, path: path.replace(/\/+$/, ""), isCacheOnly: true };
}

function copyView(node: TreeNode): Answers["Copies"]["items"] {
  if (node.kind === "folder") return [];
  const { path, sizeBytes, sha256, remoteUrl, createdAt } = node;
  return [{ path, sizeBytes, sha256, copiedFrom: remoteUrl, copiedAt: instantView(createdAt) }];
}
