import type { Call } from "#core";
import type { SignUpRequest, SignUpSettings } from "./access.ts";

/** Any of these says that the request came through a proxy, from who knows where. */
const FORWARDING_HEADERS = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-outside-url",
  "x-real-ip",
];

/** What counts of a request when a stranger asks for an account. */
export function signUpRequestOf(call: Pick<Call, "header">): SignUpRequest {
  return {
    host: call.header("host"),
    origin: call.header("origin"),
    hasForwardingHeader: FORWARDING_HEADERS.some((name) => call.header(name) !== null),
  };
}

/** Why a stranger may not make an account from here, in one sentence; `null`: they may. House.md 1.6 has the conditions. */
export function signUpRefusal(settings: SignUpSettings, request: SignUpRequest): string | null {
  switch (settings.policy) {
    case "open":
      return null;
    case "closed":
      return "sign-up is closed on this server; ask its administrator for an account";
    case "loopback": {
      const obstacle = loopbackObstacle(settings, request);
      return obstacle === null
        ? null
        : `sign-up without an account works only on the machine itself, and ${obstacle}; ask the administrator for an account, or start the server with --signup open`;
    }
  }
}

/** A browser page from elsewhere, a proxy and another machine must not pass for the person at the terminal. */
function loopbackObstacle(settings: SignUpSettings, request: SignUpRequest): string | null {
  if (!settings.isLoopbackOnly) return "this server also listens on other addresses";
  if (!settings.isTerminal) return "this server was not started from a terminal";
  if (request.hasForwardingHeader) return "the request came through a proxy";
  if (request.origin !== null) return "the request came from a web page";
  if (request.host === null || !isLoopbackHost(request.host)) return "the request was sent to another host name";
  return null;
}

/** Whether a `Host` header names this machine itself. Other names could have been bent to 127.0.0.1 (DNS rebinding). */
function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "[::1]" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
  );
}
