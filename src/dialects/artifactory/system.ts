import type { Reply } from "#core";
import type { DialectRoute } from "#http";
import { accessRoutes, CONTEXT, route } from "./addresses.ts";
import { type ArtifactoryParts, SERVER_VERSION } from "./parts.ts";

/** Whether somebody is there, and what: asked by clients before anything else, and by those who watch the server. */
export function systemRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  const open = (own: DialectRoute): DialectRoute => ({ ...own, isOpen: true });
  const healthy: DialectRoute = {
    scope: "root",
    method: "GET",
    path: "/router/api/v1/system/health",
    handle: async () => health(parts),
  };
  return [
    route("GET", "/api/system/ping", async () => text("OK")),
    route("GET", "/api/system/version", async () => version(parts)),
    route("GET", "/api/system/license", async () => license()),
    // jf calls home; the answer is not read.
    route("POST", "/api/system/usage", async () => ({ kind: "done", status: 200 })),
    route("GET", "/api/v1/system/readiness", async () => ({ kind: "json", status: 200, body: { code: "OK" } })),
    route("GET", "/api/v1/system/liveness", async () => ({ kind: "json", status: 200, body: { code: "OK" } })),
    ...accessRoutes("GET", "/v1/system/ping", async () => text("OK")),
    healthy,
    { ...healthy, path: `${CONTEXT}${healthy.path}` },
  ].map(open);
}

/** A line without an end: clients compare it as it is. */
function text(body: string): Reply {
  return { kind: "bytes", status: 200, contentType: "text/plain; charset=utf-8", body, cache: { kind: "none" } };
}

function version(parts: ArtifactoryParts): Reply {
  const revision = `vivarium-${parts.version}`;
  return { kind: "json", status: 200, body: { version: SERVER_VERSION, revision, addons: [], license: "vivarium" } };
}

/** Terraform's provider goes on only where it reads one of Artifactory's paid names. */
function license(): Reply {
  const type = "None needed: nothing here is kept for a Commercial, Enterprise or Edge license";
  return { kind: "json", status: 200, body: { type, validThrough: "", licensedTo: "" } };
}

function health({ version: own }: ArtifactoryParts): Reply {
  const state = "HEALTHY";
  const services = ["jfrt", "jfac"].map((name) => ({ service_id: name, node_id: "vivarium", state, message: "OK" }));
  return {
    kind: "json",
    status: 200,
    body: { router: { node_id: "vivarium", state, message: "OK", version: own }, services },
  };
}
