import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { nginxSite } from "./nginx.ts";
import { cronLine, launchdJob, supervisorProgram, systemdUnit } from "./services.ts";
import { checkLines, type Setup } from "./setup.ts";

/** Everything that one of the languages takes for its own. */
const ODD = `/srv/o'dd "50%" $HOME`;

const SETUP: Setup = {
  command: [process.execPath, "/opt/vivarium/scripts/vivarium.mjs", "serve", "--data", ODD],
  user: userInfo().username,
  workingFolder: tmpdir(),
  dataFolder: "/srv/vivarium",
  host: "0.0.0.0",
  port: 3141,
  unixSocket: null,
  publicUrl: "http://packages.example.com/py",
  graceSeconds: 30,
  fromEnvironment: [],
};

const ALL = { nginxSite, systemdUnit, supervisorProgram, launchdJob, cronLine };

function has(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "vivarium-gen-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the site for nginx passes on whatever there is, below the public address's prefix", () => {
  const site = nginxSite(SETUP);

  assert.match(site, /server 127\.0\.0\.1:3141;/);
  assert.match(site, /server_name packages\.example\.com;/);
  assert.match(site, /location \/py\/ \{/);
  assert.match(site, /client_max_body_size 0;/);
  assert.match(site, /--trusted-proxy 127\.0\.0\.1/);
  assert.match(
    nginxSite({ ...SETUP, unixSocket: "/run/vivarium/http.sock" }),
    /server unix:\/run\/vivarium\/http\.sock;/,
  );
  assert.match(nginxSite({ ...SETUP, publicUrl: "https://p.example" }), /listen 443 ssl;/);
  assert.match(nginxSite({ ...SETUP, host: "::1", publicUrl: null }), /server \[::1\]:3141;/);
});

test("nginx takes the site", { skip: has("nginx") ? false : "there is no nginx here" }, () => {
  for (const setup of [
    SETUP,
    { ...SETUP, unixSocket: "/run/vivarium/http.sock", publicUrl: null },
    { ...SETUP, host: "::1", publicUrl: "http://localhost:8081" },
  ]) {
    inFolder((folder) => {
      writeFileSync(
        join(folder, "site.conf"),
        nginxSite({ ...setup, publicUrl: setup.publicUrl?.replace(".com/", ".com:8081/") ?? "http://localhost:8081" }),
      );
      writeFileSync(
        join(folder, "nginx.conf"),
        `pid ${folder}/pid; error_log stderr; events {} http { access_log off; include ${folder}/site.conf; }`,
      );
      const { status, stderr } = spawnSync("nginx", ["-t", "-p", folder, "-c", join(folder, "nginx.conf")], {
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
    });
  }
});

test("systemd takes the unit, with any letters in its paths", {
  skip: has("systemd-analyze") ? false : "there is no systemd here",
}, () => {
  inFolder((folder) => {
    const path = join(folder, "vivarium.service");
    writeFileSync(path, systemdUnit(SETUP));
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /vivarium\.service/);
  });
});

test("the unit gives the server time to stop, and writes to its data folder only", () => {
  const unit = systemdUnit({ ...SETUP, graceSeconds: 12.5, unixSocket: "/run/vivarium/http.sock" });

  assert.match(unit, /^TimeoutStopSec=23$/m);
  assert.match(unit, /^ReadWritePaths=\/srv\/vivarium \/run\/vivarium$/m);
  assert.match(unit, /"\/srv\/o'dd \\"50%%\\" \$\$HOME"$/m);
});

test("a shell reads the line for cron as the command that was meant", () => {
  const line =
    cronLine({ ...SETUP, command: ["/usr/bin/printf", "%s|", "serve", ODD] })
      .trimEnd()
      .split("\n")
      .at(-1) ?? "";
  // As cron does it: the time is cut off, and escaped percents are percents.
  const command = line.replace("@reboot ", "").replaceAll("\\%", "%");

  assert.equal(execFileSync("sh", ["-c", command], { encoding: "utf8" }), `serve|${ODD}|`);
});

test("supervisor's and launchd's files hold every word of the command in their own writing", () => {
  assert.match(supervisorProgram(SETUP), /^command=.* '\/srv\/o'\\''dd "50%%" \$HOME'$/m);
  const job = launchdJob({ ...SETUP, command: ["/bin/x", "<a & b>"] });
  assert.match(job, /<string>&lt;a &amp; b&gt;<\/string>/);
  assert.doesNotMatch(job.slice(job.indexOf("<!--") + 4, job.indexOf("-->")), /--/);
});

test("what only this shell's environment says is named in every file", () => {
  for (const [name, make] of Object.entries(ALL)) {
    assert.match(make({ ...SETUP, fromEnvironment: ["VIVARIUM_LOCKDOWN"] }), /VIVARIUM_LOCKDOWN/, name);
  }
});

test("a line break in a path is refused: it would begin another line of the file", () => {
  assert.throws(() => checkLines({ ...SETUP, dataFolder: "/srv/x\nUser=root" }), /control character/);
});
