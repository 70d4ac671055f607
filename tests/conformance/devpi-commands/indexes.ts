import type { Account } from "../../support/devpi-http.ts";
import type { SideBySide } from "../../support/side-by-side.ts";
import { moveIn, type Topics } from "./topics.ts";

/** A simple page as pip asks for it, and as a browser does. */
async function readPage(both: SideBySide, path: string): Promise<void> {
  const json = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01";
  await both.ask(null, "GET", path, { headers: { accept: json, "user-agent": "pip/26.3" } });
  await both.ask(null, "GET", path, { headers: { accept: "text/html", "user-agent": "pip/26.3" } });
}

/** `devpi index` and what the options of an index mean. */
export const INDEXES: Topics = {
  "an index is made with every option, shown, listed and deleted": async (both) => {
    await moveIn(both, "iris", "dev");
    await both.devpi(
      "index -c full type=stage bases=iris/dev,root/up volatile=False acl_upload=iris,:developers acl_toxresult_upload=:AUTHENTICATED: mirror_whitelist=Foo_Bar,* mirror_whitelist_inheritance=union title=Full description=Everything",
    );
    await both.devpi("index iris/full");
    await both.devpi("index --no-projects full");
    await both.devpi("index -l");
    await both.devpi("index -l iris");
    await both.fails("index -l nobody-at-all");
    await both.devpi("index");
    await both.fails("index -c full");
    await both.fails("index -c nobody-at-all/dev");
    await both.fails("index -c wrong!name");
    await both.fails("index -c");
    await both.fails("index -c more no-value");
    await both.fails("index nothing");
    await both.fails("index iris/nothing title=x");
    await both.fails("index --delete iris/full title=x");
    await both.fails("index -y --delete iris/full");
    await both.devpi("index iris/full volatile=True");
    await both.devpi("index --delete iris/full", { input: "no\n" });
    await both.devpi("index --delete iris/full", { input: "yes\n" });
    await both.fails("index -y --delete iris/full");
    await both.devpi("index -l");
    await both.devpi("index -c mirror type=mirror mirror_url=http://127.0.0.1:9/simple/ volatile=False");
    await both.devpi("index -c void bases=");
  },

  "settings are set, added to, taken from and dropped one by one": async (both) => {
    await moveIn(both, "ivo", "dev", "other");
    for (const change of [
      "title=Hello",
      '"title=Two words" description=More',
      "title-=",
      "description=",
      "acl_upload+=:developers",
      "acl_upload+=:developers",
      "acl_upload-=ivo",
      "acl_upload=",
      "acl_upload=ivo,:anonymous:",
      "acl_toxresult_upload-=:ANONYMOUS:",
      "acl_toxresult_upload=:authenticated:",
      "bases+=root/up",
      "bases=ivo/other,root/up",
      "bases-=root/up",
      "bases=",
      "bases=/ivo/other/",
      "mirror_whitelist+=Foo_Bar",
      "mirror_whitelist=*",
      "mirror_whitelist-=*",
      "mirror_whitelist_inheritance=union",
      "volatile=no",
      "volatile=TRUE",
      "custom_data=something",
      "type=stage",
    ]) {
      await both.devpi(`index ivo/dev ${change}`);
    }
    for (const change of [
      "acl_upload-=nobody",
      "mirror_whitelist-=nothing",
      "volatile-=",
      "bases-=",
      "acl_upload-=",
      "title+=more",
      "title-=more",
      "volatile=perhaps",
      "bases=not/there",
      "bases=ivo",
      "bases=ivo/other/more",
      "bases+=not/there",
      "mirror_whitelist_inheritance=sometimes",
      "type=mirror",
      "type=nonsense",
      "nonsense=1",
      "nonsense+=1",
      "nonsense-=1",
      "mirror_url=http://127.0.0.1:9/simple/",
      "=1",
      "projects=a",
    ]) {
      await both.either(`index ivo/dev ${change}`);
    }
    await both.devpi("index ivo/dev");
    await both.ask(["ivo", "ivo-secret"], "PATCH", "/ivo/dev?error_on_noop=", { json: ["acl_upload+=ivo"] });
    await both.ask(["ivo", "ivo-secret"], "PATCH", "/ivo/dev", { json: { custom_data: { team: "a", list: [1] } } });
    await both.ask(["ivo", "ivo-secret"], "PATCH", "/ivo/dev", { json: { bases: "ivo/other", acl_upload: ["ivo"] } });
    await both.ask(["ivo", "ivo-secret"], "GET", "/ivo/dev");
  },

  "an index cannot look into itself, not even around corners": async (both) => {
    await moveIn(both, "inka", "round", "corner");
    await both.either("index inka/round bases=inka/round");
    await both.devpi("index inka/round bases=inka/corner");
    await both.either("index inka/corner bases=inka/round");
    await both.ask(["inka", "inka-secret"], "PATCH", "/inka/corner", { json: ["bases="] });
    await both.devpi("index inka/corner");
  },

  "a mirror has its own settings": async (both, upstream) => {
    await moveIn(both, "ines");
    await both.devpi(`index -c mirror type=mirror mirror_url=${upstream.url} title=Copies`);
    for (const change of [
      "mirror_cache_expiry=60",
      "mirror_no_project_list=True",
      "mirror_use_external_urls=yes",
      "mirror_ignore_serial_header=true",
      "mirror_web_url_fmt=http://example.org/{name}/",
      "mirror_provides_core_metadata=False",
      "volatile=False",
      "mirror_web_url_fmt-=",
      "mirror_cache_expiry-=",
      "title-=",
      "mirror_whitelist=x",
      "bases=root/up",
      "acl_upload=ines",
    ]) {
      await both.either(`index ines/mirror ${change}`);
    }
    for (const change of [
      "mirror_cache_expiry=soon",
      "mirror_no_project_list=perhaps",
      "mirror_url=ftp://example.org/",
      "mirror_url=nonsense",
      "nonsense=1",
      "type=stage",
      "mirror_whitelist_inheritance=union",
    ]) {
      await both.either(`index ines/mirror ${change}`);
    }
    await both.devpi("index ines/mirror");
    await both.either("index ines/mirror mirror_cache_expiry=-1");
    await both.devpi(`index -c plain type=mirror mirror_url=${upstream.url}`);
    await both.devpi("use ines/plain");
    await both.devpi("list");
    await both.devpi("list remote");
    await both.fails("list nothing");
    await both.devpi(`index -c named type=mirror mirror_url=${upstream.url} mirror_no_project_list=True`);
    await both.devpi("list --index ines/named");
    await both.devpi("list --index ines/named remote");
    await both.devpi("list --index ines/named");
    await both.devpi(`index -c outside type=mirror mirror_url=${upstream.url} mirror_use_external_urls=True`);
    await both.devpi("list --index ines/outside remote");
    await both.devpi(`index -c login type=mirror mirror_url=${upstream.url.replace("//", "//user:secret@")}`);
    await both.devpi("index ines/login");
    await readPage(both, "/ines/plain/+simple/remote/");
    await readPage(both, "/ines/plain/+simple/nothing/");
  },

  "who may upload is a list of users, groups and everybody": async (both) => {
    await moveIn(both, "ingo", "dev");
    await both.ask(null, "PUT", "/ilse", { json: { password: "ilse-secret" } });
    const ilse: Account = ["ilse", "ilse-secret"];
    for (const list of ["ingo", "ilse", ":developers", ":AUTHENTICATED:", ":ANONYMOUS:", "", "ingo,ilse"]) {
      await both.devpi(`index ingo/dev acl_upload=${list}`);
      for (const as of [ilse, null, ["root", "wrong"] as const]) {
        await both.upload("ingo/dev", { name: "acl", version: "1.0" }, as);
      }
    }
    await both.devpi("index ingo/dev acl_upload=ilse volatile=False");
    await both.fails("remove -y nothing");
    await both.ask(ilse, "DELETE", "/ingo/dev/acl/1.0");
    await both.ask(ilse, "DELETE", "/ingo/dev/acl/1.0?force=");
    await both.ask(ilse, "PATCH", "/ingo/dev", { json: ["title=Mine"] });
    await both.ask(null, "DELETE", "/ingo/dev/acl");
  },

  "bases are searched as devpi does, and a private name hides the mirror's": async (both) => {
    await moveIn(both, "imre", "low", "left", "right", "top");
    await both.devpi("index imre/left bases=imre/low,root/up");
    await both.devpi("index imre/top bases=root/up,imre/right,imre/left");
    const as: Account = ["imre", "imre-secret"];
    await both.upload("imre/low", { name: "shared", version: "1.0" }, as);
    await both.upload("imre/right", { name: "shared", version: "1.0", ballastBytes: 1 }, as);
    await both.upload("imre/left", { name: "shared", version: "2.0" }, as);
    const look = async () => {
      await both.devpi("list shared");
      await readPage(both, "/imre/top/+simple/shared/");
    };
    await both.devpi("use imre/top");
    await look();
    await both.devpi("list remote");
    await both.devpi("list");
    await both.devpi("list --ignore-bases shared");
    for (const [index, list] of [
      ["top", "shared"],
      ["right", "shared"],
      ["left", "*"],
      ["low", "*"],
    ]) {
      await both.devpi(`index imre/${index} mirror_whitelist=${list}`);
      await look();
    }
    await both.devpi("index imre/low mirror_whitelist=");
    await both.devpi("index imre/top mirror_whitelist_inheritance=union");
    await look();
    await both.devpi("index -y --delete imre/low");
    await both.devpi("index imre/left");
    await look();
  },

  "an index that two bases share is searched once": async (both) => {
    await moveIn(both, "isa", "low", "left", "right", "top");
    await both.devpi("index isa/left bases=isa/low");
    await both.devpi("index isa/right bases=isa/low");
    await both.devpi("index isa/top bases=isa/right,isa/left");
    for (const [ballastBytes, index] of ["low", "left", "right"].entries()) {
      await both.upload(`isa/${index}`, { name: "diamond", version: "1.0", ballastBytes }, ["isa", "isa-secret"]);
    }
    await both.devpi("list --index isa/top diamond");
    await readPage(both, "/isa/top/+simple/diamond/");
  },
};
