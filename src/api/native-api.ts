import { type Call, type Json, type Reply, refuse } from "#core";
import type { Dialect, DialectRoute } from "#http";
import type { ApiParts, Operation } from "./operation.ts";
import { operations } from "./operations.ts";
import { renderProblem } from "./problem-json.ts";
import { refuseForeignOrigin } from "./rights.ts";

/** Our own REST API under `/api/v1`: what the command line and the web interface use. Described at `/api/v1/openapi.json`. */
export function nativeApi(parts: ApiParts): Dialect {
  return {
    name: "native",
    routes: [...operations.map((operation) => routeOf(parts, operation)), documentRoute(parts)],
    renderProblem,
  };
}

export const PREFIX = "/api/v1";

function routeOf(parts: ApiParts, operation: Operation): DialectRoute {
  return {
    scope: "root",
    method: operation.method,
    path: `${PREFIX}${operation.path}`,
    ...(operation.isOpen ? { isOpen: true } : {}),
    async handle(call) {
      if (operation.method !== "GET") refuseForeignOrigin(call);
      const body = operation.body.length === 0 ? undefined : await bodyOf(operation, call);
      const told = new Map<string, string>();
      const answer = await operation.handle(parts, call, body, (name, value) => told.set(name, value));
      return replyOf(operation, answer, Object.fromEntries(told));
    },
  };
}

/** Checked where one schema fits; an operation that has to choose among several gets what was sent. */
async function bodyOf({ body: names }: Operation, call: Call): Promise<unknown> {
  const sent = (await call.json()) ?? {};
  const [name, another] = names;
  if (name === undefined || another !== undefined) return sent;
  const { readBody } = await import("./schemas.ts");
  const read = readBody(name, sent);
  if ("because" in read) throw refuse({ code: "request-invalid", because: read.because });
  return read.body;
}

function replyOf({ answer }: Operation, body: Json | null, told: Readonly<Record<string, string>>): Reply {
  // What is answered depends on who asks and changes at any time, so nobody shall keep it.
  const headers = { "cache-control": "no-store", ...told };
  return answer.schema === null
    ? { kind: "done", status: answer.status, headers }
    : { kind: "json", status: answer.status, body, headers };
}

function documentRoute(parts: ApiParts): DialectRoute {
  return {
    scope: "root",
    method: "GET",
    path: `${PREFIX}/openapi.json`,
    async handle(call) {
      const { openApiDocument } = await import("./openapi.ts");
      return { kind: "json", status: 200, body: openApiDocument(parts.version, `${call.publicUrl}${PREFIX}`) };
    },
  };
}
