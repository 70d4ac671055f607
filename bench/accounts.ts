import type { Dataset } from "./dataset.ts";
import { atMost, type Figure } from "./figures.ts";
import { ask, uploads } from "./load.ts";
import { type Place, passwordOf, settle, startVivarium } from "./servers.ts";

const USERS = 200;
const INDEXES = 5;
const ASKED = 50;
const LIMIT_MS = 100;
/** Hashing 200 passwords is not what is measured; this is the hash of one. */
const PWHASH = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$4VSuHa0RDKoHUBHcMUGnGwYMpIwV0kVjY7xgjHG9g2M";

/** What devpi's client asks for its lists, on a house with many accounts; the slowest answer counts. */
export async function accountRows(place: Place, data: Dataset): Promise<Figure[]> {
  await using server = await startVivarium(place, "accounts");
  const { port } = server;
  const token = passwordOf(server);
  for (let user = 0; user < USERS; user += 1) {
    await settle(port, "PUT", `/user${user}`, { pwhash: PWHASH, email: `user${user}@example.org` }, token);
    for (let index = 0; index < INDEXES; index += 1) {
      const bases = index === 0 ? [] : [`user${user}/index${index - 1}`];
      await settle(port, "PUT", `/user${user}/index${index}`, { bases, title: "An index of a team" }, token);
    }
  }
  await uploads(port, server.uploadPath ?? "/", server.authorization, data.small);
  const house = `${USERS} users with ${INDEXES} indexes each`;
  return [
    await slowest(`devpi use -l (GET /): ${house}`, port, () => "/"),
    await slowest(`devpi index -l (GET /user): ${house}`, port, (turn) => `/user${turn % USERS}`),
    await slowest(`devpi list (GET /user/index, 200 projects): ${house}`, port, () => "/root/dev"),
    await slowest(`search over 200 projects: ${house}`, port, (turn) => `/+search?query=proj${turn}`),
  ];
}

async function slowest(what: string, port: number, pathOf: (turn: number) => string): Promise<Figure> {
  const times: number[] = [];
  for (let turn = 0; turn < ASKED; turn += 1) {
    const answer = await ask({ port, path: pathOf(turn), headers: { accept: "application/json" } });
    if (answer.status !== 200) throw new Error(`${pathOf(turn)}: ${answer.status}`);
    times.push(answer.milliseconds);
  }
  return atMost(`${what}, slowest of ${ASKED}`, Math.max(...times), LIMIT_MS, "ms");
}
