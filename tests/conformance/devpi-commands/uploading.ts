import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ArchiveFile, anSdistFile, aWheelFile, zipOf } from "../../support/archives.ts";
import { writeProject } from "../../support/project-folder.ts";
import type { SideBySide } from "../../support/side-by-side.ts";
import { moveIn, type Topics } from "./topics.ts";

/** `upload`, `list`, `remove` and `refresh`. */
export const UPLOADING: Topics = {
  "a project is built and uploaded with its documentation": async (both) => {
    await moveIn(both, "udo", "dev");
    for (const { home } of both.sides) {
      const folder = join(home, "project");
      writeProject(folder, "built-project", "1.0");
      mkdirSync(join(folder, "docs"));
      writeFileSync(join(folder, "docs", "conf.py"), 'project = "built-project"\n');
      writeFileSync(join(folder, "docs", "index.rst"), "Built\n=====\n");
    }
    const cwd = "{home}/project";
    await both.devpi("upload --no-isolation --no-vcs --sdist --dry-run", { cwd });
    await both.devpi("list");
    await both.devpi("upload --no-isolation --no-vcs --with-docs", { cwd });
    await both.devpi("list");
    await both.devpi("list built-project");
    await both.devpi("upload --no-isolation --no-vcs --wheel", { cwd });
    await both.devpi("upload --no-isolation --no-vcs --only-docs", { cwd });
    await both.devpi("index udo/dev volatile=False");
    await both.fails("upload --no-isolation --no-vcs --sdist", { cwd });
    await both.fails("upload --no-isolation --no-vcs", { cwd: "{home}/project/docs" });
  },

  "files are uploaded from a folder: all, or the latest of each project": async (both) => {
    await moveIn(both, "ute", "dev", "latest");
    const files = ["1.0", "1.2", "1.10"].flatMap((version) => [
      aWheelFile({ name: "many", version, requiresPython: ">=3.8", requiresDist: ["other>=1", 'more; extra == "x"'] }),
      anSdistFile({ name: "many", version, summary: "Many", headers: ["Provides-Extra: x"] }),
    ]);
    const other = aWheelFile({ name: "Other_Name", version: "0.1", description: "Grüße", headers: ["License: MIT"] });
    const docs = { filename: "many-1.2.doc.zip", bytes: zipOf([{ name: "index.html", data: "<p>many</p>" }]) };
    write(both, "files", ...files, other);
    write(both, "files/more", docs);
    await both.fails("upload {home}/files");
    await both.fails("upload {home}/nothing");
    await both.devpi("upload --from-dir --dry-run {home}/files");
    await both.devpi("list");
    await both.devpi("upload --from-dir {home}/files");
    await both.devpi("upload --from-dir --only-latest --index ute/latest {home}/files");
    await both.devpi("list --index ute/latest many");
    await both.devpi("list");
    await both.devpi("list -v");
    await both.devpi("list -v --all");
    await both.devpi("list many");
    await both.devpi("list --all many");
    await both.devpi('list "many>=1.2"');
    await both.devpi("list many==1.0");
    await both.devpi("list many==7");
    await both.devpi("list Other.Name");
    await both.fails("list nothing");
    await both.devpi("list -t many");
    await both.devpi("list --index ute/latest -v");
    await both.fails("list --index ute/nothing");
    await both.devpi("getjson /ute/dev/many/1.2", { isQuiet: true });
    await both.either("getjson /ute/dev/many/7", { isQuiet: true });
  },

  "what an upload may not do is refused, and the reason is shown": async (both) => {
    await moveIn(both, "ugur", "dev", "steady");
    await both.devpi("index ugur/steady volatile=False");
    const file = aWheelFile({ name: "same", version: "1.0" });
    const changed = aWheelFile({ name: "same", version: "1.0", ballastBytes: 5 });
    write(both, "first", file);
    write(both, "second", changed);
    write(both, "odd", { filename: "notes.txt", bytes: Buffer.from("x") });
    await both.devpi(`upload {home}/first/${file.filename}`);
    await both.devpi(`upload {home}/first/${file.filename}`);
    await both.devpi(`upload {home}/second/${file.filename}`);
    await both.devpi("getjson /ugur/dev/same/1.0", { isQuiet: true });
    await both.devpi(`upload --index ugur/steady {home}/first/${file.filename}`);
    await both.devpi(`upload --index ugur/steady {home}/first/${file.filename}`);
    await both.fails(`upload --index ugur/steady {home}/second/${file.filename}`);
    await both.either("upload {home}/odd/notes.txt");
    await both.fails(`upload --index ugur/nothing {home}/first/${file.filename}`);
    await both.fails(`upload --index root/up {home}/first/${file.filename}`);
    await both.devpi("index ugur/dev acl_upload=");
    await both.fails(`upload {home}/first/${file.filename}`);
    await both.devpi("logoff");
    await both.fails(`upload {home}/first/${file.filename}`);
  },

  "projects, versions and single files are removed": async (both) => {
    await moveIn(both, "urs", "dev", "steady");
    const files = ["1.0", "1.1", "2.0", "3.0"].flatMap((version) => [
      aWheelFile({ name: "gone", version }),
      anSdistFile({ name: "gone", version }),
    ]);
    write(both, "gone", ...files, aWheelFile({ name: "kept", version: "1.0" }));
    await both.devpi("upload --from-dir {home}/gone");
    await both.devpi("upload --from-dir --index urs/steady {home}/gone");
    await both.devpi("index urs/steady volatile=False");
    await both.devpi("remove gone==1.0", { input: "no\n" });
    await both.devpi("remove gone==1.0", { input: "yes\n" });
    await both.fails("remove -y gone==1.0");
    const [, , , sdist] = files;
    const path = `${sdist?.sha256.slice(0, 3)}/${sdist?.sha256.slice(3, 16)}/${sdist?.filename}`;
    await both.devpi(`remove {H}/urs/dev/+f/${path}`, { input: "no\n" });
    await both.devpi(`remove -y {H}/urs/dev/+f/${path}`);
    await both.either(`remove -y {H}/urs/dev/+f/${path}`);
    await both.ask(null, "GET", `/urs/dev/+f/${path}`);
    await both.ask(null, "GET", `/urs/dev/+f/${path.replace("gone", "none")}`);
    await both.devpi("list --all gone");
    await both.devpi('remove -y "gone<3"');
    await both.devpi("list gone");
    await both.devpi("remove -y gone");
    await both.fails("remove -y gone");
    await both.devpi("list");
    await both.fails("remove -y --index urs/steady gone==1.0");
    await both.fails("remove -y --index urs/steady gone");
    await both.fails(`remove -y {H}/urs/steady/+f/${path}`);
    await both.devpi(`remove -y -f {H}/urs/steady/+f/${path}`);
    await both.devpi("remove -y -f --index urs/steady gone==1.0");
    await both.devpi("remove -y -f --index urs/steady gone");
    await both.devpi("list --index urs/steady");
    await both.devpi("logoff");
    await both.fails("remove -y kept");
  },

  "a mirror's project is refreshed, and only its copies can be removed": async (both, upstream) => {
    await both.devpi("use {H}/root/up");
    await both.devpi("list remote");
    upstream.add("remote", aWheelFile({ name: "remote", version: "4.0" }));
    await both.devpi("list remote");
    await both.devpi("refresh remote");
    await both.devpi("list remote");
    await both.either("refresh nothing remote");
    await both.devpi("refresh --index root/up remote");
    await both.fails("upload {home}/nothing.whl");
  },
};

/** Writes the same files into a folder of both homes. */
export function write(
  both: SideBySide,
  folder: string,
  ...files: readonly Pick<ArchiveFile, "filename" | "bytes">[]
): void {
  for (const { home } of both.sides) {
    mkdirSync(join(home, folder), { recursive: true });
    for (const { filename, bytes } of files) writeFileSync(join(home, folder, filename), bytes);
  }
}
