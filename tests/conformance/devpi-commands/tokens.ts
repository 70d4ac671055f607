import { join } from "node:path";
import { aWheelFile } from "../../support/archives.ts";
import type { Side } from "../../support/side-by-side.ts";
import { moveIn, type Topics } from "./topics.ts";
import { write } from "./uploading.ts";

/** devpi-tokens: `token-create`, `-list`, `-inspect`, `-derive`, `-login` and `-delete`. */
export const TOKENS: Topics = {
  "a token is made, narrowed, used for what it is good for, and deleted": async (both) => {
    await moveIn(both, "timo", "dev", "other");
    const [one, two] = [aWheelFile({ name: "one", version: "1.0" }), aWheelFile({ name: "two", version: "1.0" })];
    write(both, "tokens", one, two);
    await both.devpi("token-create -o {home}/all.token");
    await both.devpi("token-create -a upload,pkg_read -i timo/dev -p one -o {home}/one.token");
    await both.either("token-create -e never");
    await both.keep("all", async (side) => idOf(side, "all"));
    await both.keep("id", async (side) => idOf(side, "one"));
    await both.devpi("token-list");
    await both.devpi("token-inspect -f {home}/one.token");
    await both.devpi("token-derive -f {home}/all.token -i timo/other -o {home}/other.token");
    await both.devpi("token-inspect -f {home}/other.token");
    const apart = "--clientdir {home}/tokens-client";
    await both.devpi(`use ${apart} {H}/timo/dev`);
    await both.devpi(`token-login ${apart} -f {home}/one.token`);
    await both.devpi(`use ${apart}`);
    await both.devpi(`upload ${apart} {home}/tokens/${one.filename}`);
    await both.fails(`upload ${apart} {home}/tokens/${two.filename}`);
    await both.fails(`index ${apart} timo/dev title=x`);
    await both.fails(`user ${apart} -m timo email=x`);
    await both.fails(`token-create ${apart}`);
    await both.devpi("token-delete {id}");
    await both.devpi("token-list");
    await both.fails("token-delete {id}");
    await both.either(`upload ${apart} {home}/tokens/${one.filename}`);
    const away = "--clientdir {home}/tokens-away";
    await both.devpi(`use ${away} {H}/timo/other`);
    await both.devpi(`token-login ${away} -f {home}/other.token`);
    await both.devpi(`upload ${away} {home}/tokens/${two.filename}`);
    await both.devpi(`list ${away}`);
  },
};

async function idOf({ clients, home }: Side, name: string): Promise<string> {
  const { output } = await clients.run("devpi", ["token-inspect", "-f", join(home, `${name}.token`)]);
  return /^\s*id\s*:?\s*(\S+)/m.exec(output)?.[1] ?? "none";
}
