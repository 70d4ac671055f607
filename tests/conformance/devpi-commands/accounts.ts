import { argon2Sync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT_ACCOUNT } from "../../support/devpi-http.ts";
import { ROOT_PASSWORD } from "../../support/served.ts";
import { moveIn, type Topics } from "./topics.ts";

/** As another devpi-server keeps the password `kept-secret`. */
function keptHash(): string {
  const [memory, passes, parallelism, nonce] = [64, 2, 1, Buffer.from("sixteen bytes ok")];
  const hash = argon2Sync("argon2id", { message: "kept-secret", nonce, parallelism, tagLength: 32, memory, passes });
  const unpadded = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "");
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(hash)}`;
}

/** `user`, `passwd`, `login`, `logoff`, `getjson` and `patchjson`. */
export const ACCOUNTS: Topics = {
  "a user is made, shown, changed and deleted": async (both) => {
    await both.devpi("use {H}");
    await both.devpi("user -c anna password=anna-secret email=anna@example.org");
    await both.devpi("user anna");
    await both.fails("user -c anna password=other-secret");
    await both.fails("user -c nobody! password=other-secret");
    await both.fails("user -c another password=other-secret nonsense=1");
    await both.fails("user -c another no-value");
    await both.fails("user -c");
    await both.fails("user -m anna email=x@example.org");
    await both.devpi("login anna --password=anna-secret");
    await both.devpi("user");
    await both.devpi("user -m anna email=other@example.org title=Anna description=Writes");
    await both.devpi("user anna");
    await both.devpi("user anna title=");
    await both.devpi('user anna "custom_data={}"');
    await both.devpi("user anna");
    await both.devpi("user anna indexes=1 username=other nonsense=1");
    await both.devpi("user -m anna password=anna-newer");
    await both.devpi("user -l");
    await both.fails("login anna --password=anna-secret");
    await both.devpi("login anna --password=anna-newer");
    await both.fails("user nobody-at-all");
    await both.fails("user -m nobody-at-all email=x");
    await both.devpi("user --delete anna", { input: "no\n" });
    await both.devpi("user --delete anna", { input: "perhaps\nyes\n" });
    await both.fails("user -y --delete anna");
    await both.fails("user anna");
  },

  "passwords are asked for where none is given": async (both) => {
    await both.devpi("use {H}");
    await both.devpi("user -c amir", { input: "amir-secret\namir-secret\n" });
    await both.devpi("user -c asra email=a@example.org", { input: "one\ntwo\nshort\nshort\nyes\n" });
    await both.either("user -c abel", { input: "1\n2\n3\n4\n5\n6\n" });
    await both.ask(ROOT_ACCOUNT, "DELETE", "/abel");
    await both.devpi("login amir", { input: "amir-secret\n" });
    await both.fails("login amir", { input: "wrong\n" });
    await both.fails("login nobody-at-all --password=x");
    await both.devpi("passwd", { input: "amir-newer\namir-newer\n" });
    await both.devpi("login amir --password=amir-newer");
    await both.fails("passwd asra", { input: "asra-newer\nasra-newer\n" });
    await both.devpi("logoff");
    await both.devpi("logoff");
    await both.fails("passwd", { input: "x\nx\n" });
    await both.devpi(`login root "--password=${ROOT_PASSWORD}"`);
    await both.devpi("passwd asra", { input: "asra-newer\nasra-newer\n" });
    await both.devpi("user -m asra email=by-root@example.org");
    await both.devpi("user asra");
    await both.devpi("user -y --delete asra");
    await both.fails("user -y --delete root");
    await both.fails("user -y --delete nobody-at-all");
    await both.devpi("logout");
  },

  "what belongs to a user is changed by the user and by root only": async (both) => {
    await moveIn(both, "amos", "dev");
    await both.devpi("index amos/dev volatile=False");
    await both.fails("user -y --delete amos");
    await moveIn(both, "asta");
    await both.fails("user -m amos email=x@example.org");
    await both.fails("user -y --delete amos");
    await both.fails("index amos/dev title=Mine");
    await both.fails("index -c amos/more");
    await both.fails("index -y --delete amos/dev");
    await both.devpi("logoff");
    await both.fails("user -m amos email=x@example.org");
    await both.fails("user -y --delete amos");
    await both.fails("index amos/dev title=Mine");
    await both.fails("index -c amos/more");
    await both.devpi(`login root "--password=${ROOT_PASSWORD}"`);
    await both.devpi("index amos/dev title=Roots volatile=True");
    await both.devpi("index -c amos/more");
    await both.devpi("use -l -u amos");
    await both.devpi("user -y --delete amos");
    await both.devpi("user -l");
    await both.fails("use amos/dev");
    await both.devpi("logoff");
  },

  "a password may come as the hash that another devpi kept": async (both) => {
    await moveIn(both, "alfa");
    await both.devpi("login alfa --password=alfa-secret");
    await both.devpi(`user -m alfa pwhash=${keptHash()}`);
    await both.fails("login alfa --password=alfa-secret");
    await both.devpi("login alfa --password=kept-secret");
    await both.ask(ROOT_ACCOUNT, "PUT", "/alba", { json: { pwhash: keptHash() } });
    await both.ask(ROOT_ACCOUNT, "DELETE", "/alba");
    await both.ask(ROOT_ACCOUNT, "PUT", "/albert", { json: {} });
    await both.ask(ROOT_ACCOUNT, "PUT", "/albert", { json: { password: "" } });
    await both.ask(ROOT_ACCOUNT, "DELETE", "/albert");
  },

  "getjson shows what the server has, patchjson changes it": async (both) => {
    await moveIn(both, "ada", "dev");
    const isQuiet = true;
    for (const path of ["/", "/ada", "/ada/dev", "/ada/dev?no_projects=", "/+api", "{H}/ada", "{H}/root/up", "."]) {
      await both.devpi(`getjson ${path}`, { isQuiet });
    }
    await both.devpi("getjson -v /ada", { isQuiet });
    await both.fails("getjson /nobody-at-all");
    await both.fails("getjson /ada/nothing");
    await both.devpi("--clientdir {home}/empty getjson {H}/ada", { isQuiet });
    await both.fails("--clientdir {home}/empty getjson ada");
    await both.devpi("use /");
    await both.fails("getjson ada");
    await both.devpi("use ada/dev");
    for (const { home } of both.sides) {
      writeFileSync(join(home, "title.json"), '{"title": "From a file"}');
      writeFileSync(join(home, "broken.json"), "{");
    }
    await both.devpi("patchjson /ada/dev {home}/title.json", { isQuiet });
    await both.devpi("patchjson /ada/dev -", { input: '["title=From the input", "bases+=root/up"]', isQuiet });
    await both.devpi("patchjson /ada -", { input: '{"email": "other@example.org"}', isQuiet });
    await both.either("patchjson /ada/dev -", { input: '{"nonsense": 1}', isQuiet });
    await both.either("patchjson /ada/dev -", { input: '["title"]', isQuiet });
    await both.either("patchjson /ada/dev -", { input: "5", isQuiet });
    await both.fails("patchjson /ada/nothing -", { input: "{}", isQuiet });
    await both.devpi("index ada/dev");
  },
};
