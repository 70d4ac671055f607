import { type Call, refuse } from "#core";

/**
 * A page without an origin changes nothing. Browsers send `Origin: null` for pages in a sandbox, and documentation that
 * somebody has uploaded is shown in one: its forms must not act with the credentials that a browser remembers for us.
 * Clients that are no browsers do not send the header at all.
 */
export function refuseSandboxed(call: Call): void {
  if (call.header("origin") !== "null") return;
  const because = "requests of pages in a sandbox, as uploaded documentation is shown in one, change nothing here";
  throw refuse({ code: "request-invalid", because });
}
