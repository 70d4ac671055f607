import { type Call, type Reply, refuse } from "#core";
import type { DialectRoute, Target } from "#http";
import type { SearchWish } from "#registry";
import { textOfBody } from "../body-text.ts";
import { asksHtml, resultReply } from "./answers.ts";
import { existingIndex, indexIn } from "./indexes.ts";
import { repr } from "./option-values.ts";
import { linkPage } from "./pages.ts";
import type { DevpiParts } from "./parts.ts";
import { type MethodCall, readMethodCall, writeFault, writeMethodResponse, type XmlValue } from "./xml-rpc.ts";

const HITS_MAX = 200;
const PAGE_HITS = 50;
const BODY_BYTES_MAX = 64 * 1024;
const FAULT = 1;

/** devpi-web's search: `pip search` by XML-RPC at an index, and `/+search?query=…` over all of them. */
export function searchRoutes(parts: DevpiParts): readonly DialectRoute[] {
  return [
    {
      scope: "repository",
      method: "POST",
      path: "/",
      when: isXml,
      handle: (call, target) => searchIndex(parts, call, target),
    },
    { scope: "root", method: "GET", path: "/+search", handle: (call) => searchAll(parts, call) },
  ];
}

function isXml(call: Call): boolean {
  return /^\s*(text|application)\/xml\b/i.test(call.header("content-type") ?? "");
}

/** Limited to the index and its bases. What is wrong with a call is a fault in the words of XML-RPC, with status 200. */
async function searchIndex(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const index = await existingIndex(parts, indexIn(target));
  // Refuses who may not read.
  await parts.registry.own(index.name, call.principal);
  const wish = await wishOf(call);
  if (typeof wish === "string") return xmlReply(writeFault(FAULT, wish));
  const hits = await parts.registry.search.within(call.principal, index, wish);
  return xmlReply(
    writeMethodResponse(
      hits.map(({ displayName, repository, version, summary, score }) => ({
        name: displayName,
        summary: version === null ? `[${repository}]` : `[${repository}] ${summary ?? ""}`,
        version: version ?? "",
        _pypi_ordering: score,
      })),
    ),
  );
}

/** A string: why it cannot be done. */
async function wishOf(call: Call): Promise<SearchWish | string> {
  try {
    return wishFrom(readMethodCall(await textOfBody(call, "search", BODY_BYTES_MAX)));
  } catch (cause) {
    if (cause instanceof SyntaxError) return cause.message;
    throw cause;
  }
}

function wishFrom({ method, params }: MethodCall): SearchWish {
  if (method !== "search") throw new SyntaxError(`Unknown method '${method}'.`);
  const [fields = {}, operator = "and"] = params;
  const word = typeof operator === "string" ? operator.toLowerCase() : "";
  if (word !== "and" && word !== "or") throw new SyntaxError(`Unknown operator ${repr(String(operator))}.`);
  if (typeof fields !== "object" || Array.isArray(fields)) throw new SyntaxError("The query must be a struct.");
  const given = fields as { readonly [name: string]: XmlValue };
  if (Object.keys(given).some((name) => name !== "name" && name !== "summary")) {
    throw new SyntaxError("Only 'name' and 'summary' allowed in query.");
  }
  return { name: wordIn(given["name"]), summary: wordIn(given["summary"]), operator: word, hitsMax: HITS_MAX };
}

function wordIn(value: XmlValue | undefined): string {
  const values = typeof value === "string" ? [value] : value;
  if (values === undefined) return "";
  if (!Array.isArray(values) || values.length > 1) throw new SyntaxError("Only one value allowed for query.");
  return typeof values[0] === "string" ? values[0] : "";
}

async function searchAll({ registry }: DevpiParts, call: Call): Promise<Reply> {
  const query = call.query.get("query") ?? "";
  const page = pageOf(call.query.get("page"));
  const wish: SearchWish = { name: query, summary: query, operator: "or", hitsMax: (page + 1) * PAGE_HITS };
  const hits = await registry.search.everywhere(call.principal, wish);
  const shown = hits.slice((page - 1) * PAGE_HITS, page * PAGE_HITS);
  if (asksHtml(call)) {
    const links = shown.map(({ repository, project, displayName, version }) => ({
      path: `/${repository}/${project}`,
      text: `${displayName} ${version ?? ""} (${repository})`,
    }));
    return linkPage(call, `Search: ${query}`, links);
  }
  return resultReply("search", {
    query,
    page,
    next: hits.length > page * PAGE_HITS ? page + 1 : null,
    hits: shown.map(({ repository, displayName, version, summary }) => ({
      index: repository,
      name: displayName,
      version,
      summary,
    })),
  });
}

function pageOf(text: string | null): number {
  const page = text === null || text === "" ? 1 : /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (page < 1) throw refuse({ code: "request-invalid", because: "the page must be a number from 1 on" });
  return page;
}

function xmlReply(body: string): Reply {
  return {
    kind: "bytes",
    status: 200,
    contentType: "text/xml; charset=utf-8",
    body,
    cache: { kind: "none" },
  };
}
