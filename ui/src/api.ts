import type { Problem } from "../../src/cli/api-types.ts";

/** The server has refused, in a sentence for people. */
export class ApiFailure extends Error {
  override readonly name: string = "ApiFailure";
  readonly status: number;
  /** The code of docs/problems.md. */
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Where the server is, as the page was told; ends in a slash. */
export const BASE = new URL(document.baseURI).pathname;

/**
 * Asks our API. `path`: segments below `/api/v1`, not encoded. Throws {@link ApiFailure} for what the server refuses, and
 * the browser's own error where it cannot be reached.
 */
export async function ask<Answer>(
  method: Method,
  path: readonly string[],
  options: {
    readonly body?: unknown;
    readonly query?: Readonly<Record<string, string | undefined>>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Answer> {
  const query = new URLSearchParams(
    Object.entries(options.query ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  const address = `${BASE}api/v1/${path.map(encodeURIComponent).join("/")}${query.size > 0 ? `?${query}` : ""}`;
  const reply = await fetch(address, {
    method,
    // Told apart from what another site could send: no form can set it.
    headers: {
      accept: "application/json",
      "x-vivarium-ui": "1",
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (reply.status === 204) return null as Answer;
  const value: unknown = await reply.json().catch(() => null);
  if (reply.ok) return value as Answer;
  throw failureFrom(reply.status, value);
}

/** What the server has refused, from the JSON that it answered. */
export function failureFrom(status: number, value: unknown): ApiFailure {
  const problem = (value ?? {}) as Partial<Problem>;
  return new ApiFailure(status, problem.code ?? "unknown", problem.detail ?? `the server answered ${status}`);
}
