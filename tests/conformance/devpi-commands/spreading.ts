import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { anSdistFile, aWheelFile, zipOf } from "../../support/archives.ts";
import { openLegacyIndex } from "../../support/legacy-index.ts";
import { moveIn, type Topics } from "./topics.ts";
import { write } from "./uploading.ts";

const TOX_INI = "[tox]\nenvlist = py\n[testenv]\ncommands = python -c \"import tested; print('it works')\"\n";

/** `push`, `test` and `install`: what leaves an index. */
export const SPREADING: Topics = {
  "a version is pushed to another index with its documentation and its test results": async (both) => {
    await moveIn(both, "sara", "dev", "prod", "docs");
    const files = [aWheelFile({ name: "pushed", version: "1.0" }), anSdistFile({ name: "pushed", version: "1.0" })];
    const docs = { filename: "pushed-1.0.doc.zip", bytes: zipOf([{ name: "index.html", data: "<p>pushed</p>" }]) };
    write(both, "push", ...files, docs, aWheelFile({ name: "pushed", version: "1.1" }));
    await both.devpi("upload --from-dir {home}/push");
    const [wheel] = files;
    const path = `/sara/dev/+f/${wheel?.sha256.slice(0, 3)}/${wheel?.sha256.slice(3, 16)}/${wheel?.filename}`;
    const result = { testenvs: { py: { python: { version: "3.11.7 (main)" }, setup: [], test: [] } } };
    await both.ask(null, "POST", path, { json: { host: "h", platform: "linux", ...result } });
    await both.ask(null, "POST", path, { body: "no json" });
    await both.ask(null, "POST", path.replace("pushed-1.0", "pushed-7.0"), { json: result });
    await both.devpi("list -t pushed");
    await both.devpi("index sara/prod volatile=False");
    await both.devpi("push pushed==1.0 sara/prod");
    await both.devpi("list --index sara/prod -t pushed");
    await both.devpi("getjson /sara/prod/pushed/1.0", { isQuiet: true });
    await both.fails("push pushed==1.0 sara/prod");
    await both.devpi("push --only-docs pushed==1.0 sara/docs");
    await both.devpi("getjson /sara/docs/pushed", { isQuiet: true });
    await both.devpi("push --no-docs pushed==1.0 sara/docs");
    await both.devpi("push pushed-1.1 sara/docs");
    await both.devpi("push --index sara/docs pushed==1.1 sara/dev");
    await both.devpi("push --index root/up remote==3.0 sara/docs");
    await both.devpi("getjson /sara/docs/remote/3.0", { isQuiet: true });
    for (const wrong of [
      "pushed==7.0 sara/prod",
      "nothing==1.0 sara/prod",
      "pushed sara/prod",
      "pushed==1.0 sara/nothing",
      "pushed==1.0 nobody/nothing",
      "pushed==1.0 sara",
      "pushed==1.0 root/up",
      "--only-docs pushed==1.1 sara/prod",
      "--only-docs --no-docs pushed==1.0 sara/prod",
      "--index sara/nothing pushed==1.0 sara/prod",
      "pushed==1.0 pypi:nothing",
    ]) {
      await both.fails(`push ${wrong}`);
    }
    await moveIn(both, "sofia");
    await both.fails("push --index sara/dev pushed==1.0 sara/docs");
    await both.ask(["sara", "sara-secret"], "PUSH", "/sara/dev", { json: { name: "pushed", version: "1.0", zzz: 1 } });
    await both.ask(["sara", "sara-secret"], "PUSH", "/sara/dev", { body: "no json" });
  },

  "a version is pushed to another server that .pypirc knows": async (both) => {
    await using other = await openLegacyIndex();
    await moveIn(both, "sven", "dev");
    const options = { name: "outgoing", version: "1.0", summary: "Goes out", requiresDist: ["a", "b>1"] };
    const docs = { filename: "outgoing-1.0.doc.zip", bytes: zipOf([{ name: "index.html", data: "<p>out</p>" }]) };
    write(
      both,
      "out",
      aWheelFile(options),
      anSdistFile(options),
      docs,
      aWheelFile({ name: "refused", version: "1.0" }),
    );
    await both.devpi("upload --from-dir {home}/out");
    for (const { home, name } of both.sides) {
      const login = `username = user\npassword = secret\n`;
      writeFileSync(join(home, ".pypirc"), `[other]\nrepository = ${other.urlFor(name)}\n${login}`);
      writeFileSync(join(home, "dead.pypirc"), `[dead]\nrepository = http://127.0.0.1:9/\n${login}`);
    }
    for (const flags of ["", "--register-project ", "--no-docs ", "--only-docs "]) {
      await both.devpi(`push ${flags}outgoing==1.0 pypi:other`);
      await both.compare(`what push ${flags}sent`, async ({ name }) => other.take(name).flat());
    }
    await both.fails("push refused==1.0 pypi:other");
    await both.fails("push outgoing==7.0 pypi:other");
    await both.fails("push outgoing==1.0 pypi:nothing");
    await both.fails("push --pypirc {home}/dead.pypirc outgoing==1.0 pypi:dead");
    await both.fails("push --pypirc {home}/nowhere outgoing==1.0 pypi:other");
  },

  "a version is tested with tox, and its results are shown": async (both) => {
    await moveIn(both, "stig", "dev");
    const files = { "tox.ini": TOX_INI, "tested.py": "" };
    const setup = 'from setuptools import setup\nsetup(name="tested", version="1.0", py_modules=["tested"])\n';
    const sdist = anSdistFile({ name: "tested", version: "1.0", files: { ...files, "setup.py": setup } });
    const wheel = aWheelFile({ name: "tested", version: "1.0", files: { "tested.py": "" }, tag: "py2.py3-none-any" });
    const bare = anSdistFile({ name: "bare", version: "1.0" });
    write(both, "tests", sdist, wheel, bare);
    await both.devpi("upload --from-dir {home}/tests");
    await both.devpi("test -l tested");
    await both.devpi("test -l -s whl tested==1.0");
    await both.fails("test nothing");
    await both.fails("test bare");
    await both.fails("test tested==7");
    const isQuiet = true;
    await both.devpi("test -s whl tested", { isQuiet });
    await both.devpi("list -t tested");
    await both.devpi("list -f tested");
    await both.devpi("getjson /stig/dev/tested/1.0", { isQuiet });
    await both.devpi("index stig/dev acl_toxresult_upload=stig");
    await both.ask(
      null,
      "POST",
      `/stig/dev/+f/${wheel.sha256.slice(0, 3)}/${wheel.sha256.slice(3, 16)}/${wheel.filename}`,
      {
        json: {},
      },
    );
  },

  "packages are installed through the index": async (both) => {
    await moveIn(both, "sven-ole", "dev", "closed");
    const needs = aWheelFile({ name: "needs", version: "1.0", requiresDist: ["needed"] });
    write(both, "wheels", needs, aWheelFile({ name: "needed", version: "2.0" }));
    await both.devpi("upload --from-dir {home}/wheels");
    await both.compare("an environment", async ({ clients, home }) => [
      `ended with ${(await clients.run("virtualenv", ["--no-download", "--no-setuptools", join(home, "env")])).status}`,
    ]);
    for (const { home } of both.sides) writeFileSync(join(home, "wanted.txt"), "needs==1.0\n");
    await both.devpi("install --venv {home}/env needs");
    await both.devpi("install -l");
    await both.devpi("install -r {home}/wanted.txt");
    await both.fails("install nothing-like-it");
    await both.devpi("index sven-ole/dev bases=root/up");
    await both.devpi("install remote==3.0");
    await both.devpi("install --index root/up remote==3.0");
    await both.devpi("use --venv -");
  },
};
