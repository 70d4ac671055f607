import assert from "node:assert/strict";
import { test } from "node:test";
import { type Call, refuse } from "#core";
import { openFrontWorld } from "../../tests/support/front-world.ts";
import type { Dialect } from "./routes.ts";

const echo = async (call: Call) => ({
  kind: "json" as const,
  status: 200,
  body: { path: call.path, rawPath: call.rawPath, rest: call.params["*"] ?? null },
});

/** A dialect with addresses of its own, below `/artifactory`. */
const OWNING: Dialect = {
  name: "artifactory",
  routes: [
    { scope: "root", method: "GET", path: "/artifactory/echo/*", handle: echo },
    {
      scope: "root",
      method: "GET",
      path: "/artifactory/fault",
      handle: async () => {
        throw new Error("a fault");
      },
    },
    {
      scope: "root",
      method: "GET",
      path: "/artifactory/closed",
      handle: async () => {
        throw refuse({ code: "not-signed-in", because: "sign in" });
      },
    },
  ],
  owns: (path) => path === "/artifactory" || path.startsWith("/artifactory/"),
  renderProblem: (problem, _message, _call, status) => ({
    contentType: "application/json",
    body: JSON.stringify({ own: [status, problem.code] }),
  }),
  renderFault: (_message, status) => ({ contentType: "application/json", body: JSON.stringify({ own: [status] }) }),
};

test("at addresses of its own a dialect refuses in its words, whatever it is that is refused", async () => {
  await using world = await openFrontWorld({ more: [OWNING] });
  for (const [method, url, own, headers] of [
    ["GET", "/artifactory/nothing", [404, "route-not-found"], {}],
    ["PUT", "/artifactory", [404, "route-not-found"], {}],
    ["POST", "/artifactory/closed", [405, "method-not-allowed"], {}],
    ["GET", "/artifactory/%zz", [400, "request-invalid"], {}],
    ["GET", "/artifactory/fault", [500], {}],
    ["GET", "/artifactory/fault", [401, "wrong-credentials"], { authorization: "Basic YTpi" }],
  ] as const) {
    const reply = await world.ask(url, { method, headers: { accept: "text/html", ...headers } });
    assert.deepEqual(JSON.parse(reply.body.toString()), { own }, `${method} ${url}`);
  }
});

test("elsewhere nobody speaks like that dialect", async () => {
  await using world = await openFrontWorld({ more: [OWNING] });
  const reply = await world.ask("/artifactories/nothing", { headers: { accept: "application/json" } });
  assert.doesNotMatch(reply.body.toString(), /own/);
});

test("the challenge names the realm that the dialect's clients know", async () => {
  await using world = await openFrontWorld({ more: [OWNING] });
  const reply = await world.ask("/artifactory/closed");
  assert.equal(reply.headers["www-authenticate"], 'Basic realm="Artifactory Realm"');
});

test("a call tells its path as it was sent, and several slashes are one where a dialect owns the address", async () => {
  await using world = await openFrontWorld({ more: [OWNING] });
  const reply = await world.ask("/artifactory//echo/a%3Bb;c=d//%2541+%C3%A4");
  assert.deepEqual(JSON.parse(reply.body.toString()), {
    path: "/artifactory/echo/a;b;c=d/%41+ä",
    rawPath: "/artifactory/echo/a%3Bb;c=d/%2541+%C3%A4",
    rest: "a;b;c=d/%41+ä",
  });
});
