import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Side } from "../../support/side-by-side.ts";
import { moveIn, type Topics } from "./topics.ts";

/** `devpi use` with all its options, and what it writes on the machine. */
export const USING: Topics = {
  "use shows the server, the index and its endpoints, and forgets them again": async (both) => {
    await both.devpi("use");
    await both.devpi("use {H}");
    await both.devpi("use");
    await both.devpi("use --urls");
    await moveIn(both, "ursula", "dev");
    await both.devpi("use --urls");
    await both.devpi("use --urls root/up");
    await both.devpi("use {H}/root/up");
    await both.devpi("list");
    await both.devpi("use /ursula/dev");
    await both.devpi("use --debug");
    await both.fails("use ursula/nothing");
    await both.fails("use nobody/nothing");
    await both.fails("use not-a-url/dev/more");
    await both.devpi("use");
    await both.devpi("use --delete");
    await both.fails("use --delete");
    await both.fails("list");
  },

  "use lists the indexes of everybody, or of one user": async (both) => {
    await moveIn(both, "una", "dev", "prod");
    await both.devpi("index una/prod bases=una/dev,root/up volatile=False");
    await both.devpi("use -l");
    await both.devpi("use -l {H}/root/up");
    await both.devpi("use -l -u una");
    await both.fails("use -l -u nobody-at-all");
  },

  "use keeps several logins apart, and drops one that has lapsed": async (both) => {
    await moveIn(both, "umberto", "dev");
    await moveIn(both, "ugo", "dev");
    await both.devpi("use -u umberto");
    await both.devpi("use umberto/dev");
    await both.devpi("use -u ugo ugo/dev");
    await both.devpi("use", { env: { DEVPI_USER: "umberto" } });
    await both.devpi("list", { env: { DEVPI_INDEX: "umberto/dev" } });
    await both.devpi("list", { env: { DEVPI_INDEX: "{H}/umberto/dev" } });
    await both.devpi("use", { env: { DEVPI_INDEX: "umberto/dev" } });
    await both.ask(["umberto", "umberto-secret"], "DELETE", "/umberto");
    await both.devpi("use -u umberto");
    await both.devpi("use -u ugo");
    await both.devpi("logoff");
    await both.devpi("use");
    await both.devpi("logout");
  },

  "use writes the index into the settings of pip, uv, setuptools and buildout": async (both) => {
    await moveIn(both, "uwe", "dev");
    await both.devpi("use --set-cfg uwe/dev");
    await both.compare("the settings", async (side) => settingsOf(side));
    await both.devpi("use --set-cfg --pip-set-trusted yes uwe/dev");
    await both.compare("the settings with a trusted host", async (side) => settingsOf(side));
    await both.devpi("use --always-set-cfg yes root/up");
    await both.devpi("use uwe/dev");
    await both.devpi("use --always-set-cfg no -t no");
    await both.devpi("use --set-cfg -t no");
    await both.compare("the settings in the end", async (side) => settingsOf(side));
  },

  "use takes a virtual environment, or keeps its settings in the active one": async (both) => {
    await moveIn(both, "uta", "dev");
    await both.compare("a virtual environment", async ({ clients, home }) => [
      `ended with ${(await clients.run("python", ["-m", "venv", "--without-pip", join(home, "venv")])).status}`,
    ]);
    await both.devpi("use --venv {home}/venv uta/dev");
    await both.devpi("use --set-cfg");
    await both.compare("its settings", async (side) => settingsOf(side, "venv"));
    await both.fails("use --venv {home}/nothing");
    await both.devpi("use --venv -");
    await both.devpi("use --local root/up", { env: { VIRTUAL_ENV: "{home}/venv" } });
    await both.devpi("use", { env: { VIRTUAL_ENV: "{home}/venv" } });
    await both.devpi("use");
    await both.fails("use --local");
  },

  "another client folder knows nothing of this one": async (both) => {
    await moveIn(both, "ulf", "dev");
    await both.devpi("--clientdir {home}/elsewhere use");
    await both.devpi("use --clientdir {home}/elsewhere {H}/ulf/dev");
    await both.devpi("--clientdir {home}/elsewhere login ulf --password=ulf-secret");
    await both.devpi("--clientdir {home}/elsewhere logoff");
    await both.fails("index --clientdir {home}/elsewhere -c more");
    await both.devpi("use");
  },

  "an index address may carry a login, which is used from then on": async (both) => {
    await moveIn(both, "ulla", "dev");
    await both.devpi("index ulla/dev acl_upload=ulla");
    const apart = "--clientdir {home}/basic";
    await both.devpi(`use ${apart} http://ulla:ulla-secret@{HOST}/ulla/dev`);
    await both.devpi(`use ${apart}`);
    await both.devpi(`list ${apart}`);
    await both.devpi(`getjson ${apart} /ulla/dev`, { isQuiet: true });
    await both.devpi(`use ${apart} --set-cfg`);
    await both.compare("the settings with a login", async (side) => settingsOf(side));
    await both.devpi(`use ${apart} {H}/ulla/dev`);
    await both.fails(`use ${apart} http://ulla@{HOST}/ulla/dev`);
    await both.either(`use ${apart} http://ulla:wrong@{HOST}/ulla/dev`);
    await both.devpi(`list ${apart}`);
  },

  "the client asks for the server's version": async (both) => {
    await both.devpi("use {H}");
    await both.devpi("--version");
    await both.fails("use --client-cert nothing.pem {H}/root/up");
  },
};

/** What stands in the files that `--set-cfg` writes. */
function settingsOf({ home }: Side, folder = ""): readonly string[] {
  const root = join(home, folder);
  const places = [".config/pip", ".pip", ".config/uv", ".buildout", "", "pip.conf", "uv.toml"];
  return places
    .map((place) => join(root, place))
    .filter((place) => existsSync(place))
    .flatMap((place) => filesAt(place).map((file) => join(place, file)))
    .flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .map((line) => `${file.slice(root.length)}: ${line}`),
    );
}

function filesAt(place: string): readonly string[] {
  const names =
    /\.\w+$/.test(place) && !place.endsWith("/.pip") && !place.endsWith("/.buildout") ? [""] : readdirSync(place);
  return names.filter(
    (name) => name === "" || /^(pip\.(conf|ini)|uv\.toml|default\.cfg|\.pydistutils\.cfg)(-bak)?$/.test(name),
  );
}
