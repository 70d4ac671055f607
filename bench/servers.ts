import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../tests/support/ports.ts";
import type { Dataset } from "./dataset.ts";
import { ask, basic } from "./load.ts";
import { type Running, start } from "./process.ts";

/** A started server with the addresses that the rows ask. */
export interface Bench extends Running {
  /** Path of the index; ends in `/`. */
  readonly simple: string;
  /** Where uploads go; `null`: it takes none. */
  readonly uploadPath: string | null;
  readonly authorization: string | null;
}

/** Where things are while the bench runs. */
export interface Place {
  /** Scratch folder of this run. */
  readonly scratch: string;
  /** `bin` folder of the virtual environment with the peers. */
  readonly peers: string;
  readonly root: string;
}

const nginxConfig = (
  scratch: string,
  port: number,
  root: string,
): string => `worker_processes 1; daemon off; pid ${scratch}/nginx-${port}.pid; error_log ${scratch}/nginx-${port}.err;
events { worker_connections 2048; }
http {
  access_log off; sendfile on; tcp_nopush on; open_file_cache max=4000; keepalive_requests 10000000; gzip_static on;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${scratch}/nginx-${name};`).join(" ")}
  types { text/html html; application/vnd.pypi.simple.v1+json json; application/octet-stream whl; } default_type application/octet-stream;
  map $http_accept $page { default index.html; ~^application/vnd.pypi.simple.v1.json v1.json; ~^application/json v1.json; }
  server {
    listen 127.0.0.1:${port}; root ${root};
    location = / { return 200 ok; }
    location ~ ^/simple/(.*/)?$ { try_files $uri$page =404; }
    location / { }
  }
}`;

/** nginx with one worker, serving a folder laid out as the data set's `static`. */
export async function startNginx({ scratch }: Place, folder: string): Promise<Bench> {
  const port = await freePort();
  const config = join(scratch, `nginx-${port}.conf`);
  writeFileSync(config, nginxConfig(scratch, port, folder));
  const running = await start({ command: ["nginx", "-c", config], port, path: "/", log: join(scratch, "nginx.log") });
  return { ...running, simple: "/simple/", uploadPath: null, authorization: null };
}

/** Vivarium through `npm start`, as a user starts it. `environment` adds to its environment. */
export async function startVivarium(
  { scratch, root }: Place,
  name: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Bench> {
  const port = await freePort();
  const data = join(scratch, name);
  const running = await start({
    command: ["npm", "start", "--silent", "--", "--port", String(port), "--host", "127.0.0.1", "--data", data],
    cwd: root,
    port,
    path: "/+api",
    log: join(scratch, `${name}.log`),
    env: { VIVARIUM_ROOT_PASSWORD: "bench-root", VIVARIUM_UPSTREAM: "none", ...environment },
  });
  const token = await login(port, "bench-root");
  // A second start of the same data finds the index that the first one made.
  const { status } = await ask({ port, path: "/root/dev?no_projects=", headers: { accept: "application/json" } });
  if (status === 404) await settle(port, "PUT", "/root/dev", { type: "stage", bases: [], volatile: true }, token);
  return { ...running, simple: "/root/dev/simple/", uploadPath: "/root/dev/", authorization: basic("root", token) };
}

/** devpi-server with one stage. */
export async function startDevpi({ scratch, peers }: Place, name: string): Promise<Bench> {
  const port = await freePort();
  const data = join(scratch, name);
  execFileSync(join(peers, "devpi-init"), ["--serverdir", data, "--no-root-pypi", "--root-passwd", "bench-root"], {
    stdio: "ignore",
  });
  const running = await start({
    command: [join(peers, "devpi-server"), "--serverdir", data, "--port", String(port), "--host", "127.0.0.1"],
    port,
    path: "/+api",
    log: join(scratch, `${name}.log`),
  });
  const token = await login(port, "bench-root");
  await settle(port, "PUT", "/root/dev", { type: "stage", bases: [], volatile: true }, token);
  return { ...running, simple: "/root/dev/+simple/", uploadPath: "/root/dev/", authorization: basic("root", token) };
}

/** pypiserver over an empty folder, open to all. */
export async function startPypiserver({ scratch, peers }: Place): Promise<Bench> {
  const port = await freePort();
  const data = join(scratch, "pypiserver");
  mkdirSync(data);
  const running = await start({
    command: [
      join(peers, "pypi-server"),
      "run",
      "-p",
      String(port),
      "-i",
      "127.0.0.1",
      "-a",
      ".",
      "-P",
      ".",
      "--disable-fallback",
      data,
    ],
    port,
    path: "/",
    log: join(scratch, "pypiserver.log"),
  });
  return { ...running, simple: "/simple/", uploadPath: "/", authorization: null };
}

/** A remote index over `upstream` (`http://…/simple/`), by each of those that can be one. */
export async function startMirror(
  place: Place,
  kind: "vivarium" | "devpi" | "proxpi" | "simple-repository-server",
  upstream: string,
): Promise<Bench> {
  const { scratch, peers } = place;
  const common = { uploadPath: null, authorization: null };
  switch (kind) {
    case "vivarium":
    case "devpi": {
      const server =
        kind === "vivarium" ? await startVivarium(place, "vivarium-remote") : await startDevpi(place, "devpi-remote");
      await settle(server.port, "PUT", "/root/up", { type: "mirror", mirror_url: upstream }, passwordOf(server));
      return { ...server, ...common, simple: "/root/up/+simple/" };
    }
    case "proxpi": {
      const port = await freePort();
      const running = await start({
        command: [join(peers, "gunicorn"), "-b", `127.0.0.1:${port}`, "--threads", "8", "-w", "1", "proxpi.server:app"],
        port,
        path: "/",
        log: join(scratch, "proxpi.log"),
        env: { PROXPI_INDEX_URL: upstream, PROXPI_CACHE_DIR: join(scratch, "proxpi") },
      });
      return { ...running, ...common, simple: "/index/" };
    }
    case "simple-repository-server": {
      const port = await freePort();
      const running = await start({
        command: [
          join(peers, "simple-repository-server"),
          "--host",
          "127.0.0.1",
          "--port",
          String(port),
          "--stream-http-resources",
          upstream,
        ],
        port,
        path: "/simple/",
        log: join(scratch, "simple-repository-server.log"),
      });
      return { ...running, ...common, simple: "/simple/" };
    }
  }
}

/** Hard links the wheels into a folder, for servers that serve folders. */
export function linkWheels({ wheels }: Dataset, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { path, filename } of wheels) linkSync(path, join(folder, filename));
}

async function login(port: number, password: string): Promise<string> {
  const { status, body } = await ask({
    port,
    path: "/+login",
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ user: "root", password }),
  });
  if (status !== 200) throw new Error(`login: ${status} ${body.toString().slice(0, 200)}`);
  return (JSON.parse(body.toString()) as { result: { password: string } }).result.password;
}

/** One settings request in devpi's words, which both servers take. */
export async function settle(
  port: number,
  method: string,
  path: string,
  settings: unknown,
  token: string,
): Promise<void> {
  const { status, body } = await ask({
    port,
    path,
    method,
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      "x-devpi-auth": Buffer.from(`root:${token}`).toString("base64"),
    },
    body: JSON.stringify(settings),
  });
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${body.toString().slice(0, 200)}`);
}

/** The session token that a started server's authorization holds. */
export function passwordOf({ authorization }: Bench): string {
  const text = Buffer.from((authorization ?? "").slice("Basic ".length), "base64").toString();
  return text.slice(text.indexOf(":") + 1);
}
