import { STATUS_CODES } from "node:http";
import { type Call, type Problem, RegistryError } from "#core";
import { isFromPages } from "./cookies.ts";
import { problemPage } from "./own-pages.ts";
import { type Prepared, plain } from "./prepare.ts";
import { FAULT_STATUS, messageOf, problemHeaders, reasonOf, statusOf } from "./problems.ts";
import type { Dialect } from "./routes.ts";

/** What a refusal needs to know of the request; the call is missing where the address could not even be read. */
export interface Asker {
  readonly call: Call;
  /** Whose route it was, or who the client speaks like; `null`: nobody's, so ours. */
  readonly dialect: Dialect | null;
  /** Of the request, for people who look for it in the log. */
  readonly id: string;
}

export interface Refusal {
  readonly prepared: Prepared;
  /** For the log: what lies behind a 5xx. */
  readonly cause: unknown;
}

/** The answer to whatever was thrown. What is no `RegistryError` is a fault of ours: the client learns its number only. */
export function refusalOf(error: unknown, asker: Asker): Refusal {
  if (!(error instanceof RegistryError)) return { prepared: faultAnswer(asker), cause: error };
  const { problem } = error;
  const message = messageOf(problem);
  const status = statusOf(problem, asker.dialect?.name ?? "native");
  const body = bodyOf(problem, message, status, asker);
  const prepared = plain(
    status,
    Buffer.from(body.text),
    {
      "content-type": body.contentType,
      // Whether a thing is there, and who may see it, changes at any time.
      "cache-control": "no-store",
      vary: "Accept",
      ...challengeless(problemHeaders(problem, asker.dialect?.name ?? "native"), asker.call),
    },
    isToldInBody(asker) ? null : reasonOf(message),
  );
  return { prepared, cause: status >= 500 ? (error.cause ?? error) : undefined };
}

/** A browser asks for a password by itself where `Basic` is offered; to our own pages, which have a form for it, it is not. */
function challengeless(headers: Readonly<Record<string, string>>, call: Call): Readonly<Record<string, string>> {
  if (headers["www-authenticate"] === undefined || !isFromPages(call.header)) return headers;
  return { ...headers, "www-authenticate": 'Session realm="vivarium"' };
}

/** devpi's client prints the reason phrase and then the message that it finds in JSON: the same sentence twice. */
function isToldInBody({ dialect, call }: Asker): boolean {
  return dialect?.name === "devpi" && (call.header("accept") ?? "").includes("application/json");
}

interface Body {
  readonly contentType: string;
  readonly text: string;
}

function bodyOf(problem: Problem, message: string, status: number, { dialect, call }: Asker): Body {
  if (isForPeople(dialect) && isBrowser(call)) return page(status, message);
  if (dialect === null) return json("application/problem+json", { code: problem.code, detail: message });
  const { contentType, body } = dialect.renderProblem(problem, message, call, status);
  return { contentType, text: body };
}

function faultAnswer({ call, dialect, id }: Asker): Prepared {
  const message = `the server met a fault of its own; its log says more under the request number ${id}`;
  const body = isForPeople(dialect) && isBrowser(call) ? page(FAULT_STATUS, message) : faultBody(message, dialect);
  return plain(FAULT_STATUS, Buffer.from(body.text), {
    "content-type": body.contentType,
    "cache-control": "no-store",
  });
}

function faultBody(message: string, dialect: Dialect | null): Body {
  if (dialect?.renderFault === undefined) {
    return json("application/problem+json", { title: "Fault", code: "fault", detail: message });
  }
  const { contentType, body } = dialect.renderFault(message, FAULT_STATUS);
  return { contentType, text: body };
}

/** Other systems' clients are answered in their own shape whatever they accept. */
function isForPeople(dialect: Dialect | null): boolean {
  return dialect === null || dialect.name === "native";
}

function page(status: number, message: string): Body {
  const title = `${status} ${STATUS_CODES[status] ?? "Refused"}`;
  return { contentType: "text/html; charset=utf-8", text: problemPage(title, message) };
}

function json(contentType: string, document: Readonly<Record<string, string>>): Body {
  return { contentType, text: `${JSON.stringify(document)}\n` };
}

/** Wants HTML and knows of no JSON; installers name both. */
export function isBrowser(call: Pick<Call, "header">): boolean {
  const accept = call.header("accept") ?? "";
  return accept.includes("text/html") && !accept.includes("json");
}
