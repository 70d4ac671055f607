import assert from "node:assert/strict";
import type { JsonObject, Limit, Principal, UserName } from "#core";
import { nativeApi, PREFIX } from "../../src/api/native-api.ts";
import { operations } from "../../src/api/operations.ts";
import { answers } from "../../src/api/schemas.ts";
import { type Answer, openSpokenWorld, type SpokenWorld, SYSTEM } from "./spoken-world.ts";

/** Our own API over a real registry; every answer that is no refusal is held against the schema that is promised for it. */
export interface ApiWorld extends SpokenWorld {
  /** Removes all repositories and makes an empty, volatile `alice/dev`. */
  empty(): Promise<void>;
}

export const DEV = "/repositories/alice/dev";
export const FOO = `${DEV}/projects/foo`;
export const UNLIMITED: Limit = { action: "*", repository: "*", projects: null };

/** With the accounts root, alice and bob. Paths are below `/api/v1`. */
export async function openApiWorld(): Promise<ApiWorld> {
  const world = await openSpokenWorld(nativeApi);
  await world.makeUsers("alice", "bob");
  return {
    ...world,
    async ask(method, path, wish) {
      const answer = await world.ask(method, `${PREFIX}${path}`, wish);
      if (answer.problem === null && path !== "/openapi.json") checkPromises(method, path.replace(/\?.*/, ""), answer);
      return answer;
    },
    async empty() {
      const { repositoriesAdmin } = world.registry;
      for (const { name } of await world.registry.repositories()) {
        await repositoriesAdmin.modify(SYSTEM, name, (current) => ({ ...current, mutability: "volatile" }));
        await repositoriesAdmin.remove(SYSTEM, name);
      }
      await world.makeRepository("alice/dev", { kind: "local", mutability: "volatile" });
    },
  };
}

function checkPromises(method: string, path: string, answer: Answer): void {
  const operation = operations.find(
    (one) => one.method === method && new RegExp(`^${one.path.replace(/:\w+/g, "[^/]+")}$`).test(path),
  );
  assert.ok(operation !== undefined, `${method} ${path} is no operation`);
  assert.equal(answer.status, operation.answer.status);
  if (operation.answer.schema === null) assert.equal(answer.body, null);
  else answers[operation.answer.schema].parse(answer.body);
  const headers = answer.reply !== null && "headers" in answer.reply ? answer.reply.headers : {};
  assert.equal(headers?.["cache-control"], "no-store", "what is answered depends on who asks");
}

export function tokenOf(owner: string, ...limits: readonly Limit[]): Principal {
  return { kind: "token", owner: owner as UserName, id: "t1", groups: [], limits };
}

/** The body of an answer that is no refusal. */
export function bodyOf({ body, problem }: Answer): JsonObject {
  assert.equal(problem, null);
  return body as JsonObject;
}
