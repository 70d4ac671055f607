import { type Call, escapeHtml, type Problem, RegistryError, refuse } from "#core";
import type { Dialect, DialectRoute } from "#http";
import { asksHtml } from "./answers.ts";
import { authCheckRoutes } from "./auth-check.ts";
import { documentationRoutes } from "./documentation.ts";
import { indexRoutes } from "./indexes.ts";
import { API_VERSION, type DevpiParts, SERVER_VERSION } from "./parts.ts";
import { projectRoutes } from "./projects.ts";
import { pushRoutes } from "./push.ts";
import { releaseFileRoutes } from "./release-files.ts";
import { searchRoutes } from "./search.ts";
import { statusRoutes } from "./server-status.ts";
import { sessionRoutes } from "./session.ts";
import { simpleRoutes } from "./simple.ts";
import { testResultRoutes } from "./test-results.ts";
import { tokenRoutes } from "./tokens.ts";
import { userRoutes } from "./users.ts";
import { wordingOf } from "./wording.ts";

/**
 * devpi's protocol: discovery, login, users, indexes, projects, versions, push, documentation,
 * test results. Uploads, simple pages and files are the
 * format's own routes; they are left to it by `when`.
 */
export function devpiDialect(parts: DevpiParts): Dialect {
  return {
    name: "devpi",
    routes: [
      ...sessionRoutes(parts),
      ...statusRoutes(parts),
      ...authCheckRoutes(parts),
      ...userRoutes(parts),
      ...tokenRoutes(parts),
      ...simpleRoutes(parts),
      ...indexRoutes(parts),
      ...searchRoutes(parts),
      ...pushRoutes(parts),
      ...releaseFileRoutes(parts),
      ...testResultRoutes(parts),
      ...documentationRoutes(parts),
      ...projectRoutes(parts),
    ].map(withoutChallenge),
    headers: (_call, written) => ({
      "x-devpi-api-version": API_VERSION,
      "x-devpi-server-version": SERVER_VERSION,
      "x-devpi-serial": String(written ?? parts.registry.head),
      "x-devpi-uuid": parts.installationId,
      "x-devpi-primary-uuid": parts.installationId,
      "x-devpi-master-uuid": parts.installationId,
    }),
    renderProblem,
    renderFault: (message) => ({ contentType: "application/json", body: `${JSON.stringify({ message })}\n` }),
  };
}

/** devpi asks nobody to sign in who wants to change something: it answers 403, and its client says how to log in. */
function withoutChallenge(route: DialectRoute): DialectRoute {
  if (!["PUT", "PATCH", "DELETE"].includes(route.method)) return route;
  return {
    ...route,
    async handle(call, target) {
      try {
        return await route.handle(call, target);
      } catch (cause) {
        if (!(cause instanceof RegistryError) || cause.problem.code !== "not-signed-in") throw cause;
        throw refuse({ code: "not-permitted", action: "administer", because: cause.problem.because }, cause);
      }
    },
  };
}

/** JSON unless a browser asks; no links, so that nothing that scrapes pages takes them for files. */
function renderProblem(problem: Problem, message: string, call: Call): { contentType: string; body: string } {
  const text = wordingOf(problem) ?? message;
  if (!asksHtml(call)) return { contentType: "application/json", body: `${JSON.stringify({ message: text })}\n` };
  return {
    contentType: "text/html; charset=utf-8",
    body: `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Refused</title></head><body>\n<p>${escapeHtml(text)}</p>\n</body></html>\n`,
  };
}
