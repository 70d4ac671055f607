import { randomUUID } from "node:crypto";
import { open, readdir, readFile, stat, statfs, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { FileProbes, HttpFacts, MachineProbes, NetworkProbes, Probes } from "#cli";
import type { Instant } from "#core";
import { openUpstreams, UpstreamFailure, type UpstreamReply } from "#upstream";
import { blobFolderOf } from "../app.ts";
import type { Config, LoadedConfig } from "./config.ts";
import { askProgram, now } from "./machine.ts";
import { openDataProbes } from "./probes-data.ts";

/** What doctor looks with, on the real machine. */

const DAY_MS = 24 * 60 * 60 * 1000;
const NETWORK_MS = 5_000;
const BEGINNING_BYTES = 64 * 1024;
const NO_PROXY: Config["proxy"] = { httpProxy: null, httpsProxy: null, noProxy: null };

export function openProbes({ config, faults, notes }: LoadedConfig): Probes {
  const { dataFolder, keyFile, host, port, publicUrl } = config;
  return {
    now,
    settings: { dataFolder, keyFile, host, port, publicUrl },
    configurationFaults: [...faults.map(({ text }) => text), ...notes],
    files: fileProbes(config),
    data: openDataProbes({ dataFolder, keyFile, blobFolder: blobFolderOf(config) }),
    network: networkProbes(config.proxy),
    machine: machineProbes(),
  };
}

function fileProbes(config: Config): FileProbes {
  return {
    uid: process.getuid?.() ?? null,
    async stat(path) {
      const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
        throw error;
      });
      if (found === null) return null;
      const kind = found.isDirectory() ? "folder" : found.isFile() ? "file" : "other";
      return { kind, mode: found.mode & 0o7777, uid: found.uid };
    },
    async whyNotWritable(folder) {
      const path = join(folder, `doctor-${randomUUID()}`);
      try {
        const file = await open(path, "wx", 0o600);
        await file.close();
        await unlink(path);
        return null;
      } catch (error) {
        return (error as Error).message;
      }
    },
    async freeSpace(folder) {
      const { bavail, blocks, bsize } = await statfs(folder);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    },
    async oldDrafts() {
      const folder = join(blobFolderOf(config), "drafts");
      const names = await readdir(folder, { recursive: true }).catch(() => []);
      const old: string[] = [];
      for (const name of names) {
        const found = await stat(join(folder, name)).catch(() => null);
        if (found?.isFile() === true && found.mtimeMs < Date.now() - DAY_MS) old.push(join(folder, name));
      }
      return old;
    },
  };
}

function networkProbes(proxy: Config["proxy"]): NetworkProbes {
  return {
    async whoListens(host, port) {
      const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
      if (!(await isAnswered(name, port))) return "nobody";
      const reply = await ask(
        NO_PROXY,
        `http://${name.includes(":") ? `[${name}]` : name}:${port}/api/v1/version`,
        "application/json",
      );
      return "status" in reply && /"name"\s*:\s*"vivarium"/.test(reply.text) ? "vivarium" : "other";
    },
    get: (address, accept, own = null) => ask(proxy, address, accept, own),
  };
}

function isAnswered(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: NETWORK_MS });
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}

/** Through the same client and proxies as the server itself. */
async function ask(
  proxy: Config["proxy"],
  address: string,
  accept: string,
  /** Of this address alone. */
  own: string | null = null,
): Promise<HttpFacts | { readonly because: string }> {
  await using upstreams = openUpstreams({
    now,
    random: Math.random,
    userAgent: "vivarium/doctor",
    proxy,
    limits: { answerMilliseconds: NETWORK_MS, retries: 0 },
  });
  try {
    const reply = await upstreams
      .for({ url: address, credentials: null, proxy: own })
      .get(address, { headers: { accept }, deadlineMilliseconds: 2 * NETWORK_MS });
    const date = Date.parse(reply.header("date") ?? "");
    return {
      status: reply.status,
      contentType: reply.header("content-type") ?? "",
      text: await beginningOf(reply),
      date: Number.isNaN(date) ? null : (date as Instant),
    };
  } catch (error) {
    if (error instanceof UpstreamFailure) return { because: error.message };
    throw error;
  }
}

/** A list of all projects is large, and the beginning tells what it is. */
async function beginningOf(reply: UpstreamReply): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of reply.body) {
    chunks.push(chunk);
    sizeBytes += chunk.byteLength;
    if (sizeBytes >= BEGINNING_BYTES) break;
  }
  reply.cancel();
  return Buffer.concat(chunks).subarray(0, BEGINNING_BYTES).toString("utf8");
}

function machineProbes(): MachineProbes {
  return {
    async programVersion(name, args) {
      const output = await askProgram(name, args, { timeoutMilliseconds: 3 * NETWORK_MS });
      return output === null ? null : output.trim();
    },
    async openFilesMax() {
      const limits = await readFile("/proc/self/limits", "utf8").catch(() => null);
      const text =
        limits === null
          ? await askProgram("sh", ["-c", "ulimit -n"], { timeoutMilliseconds: NETWORK_MS })
          : (/^Max open files\s+(\S+)/m.exec(limits)?.[1] ?? null);
      return text !== null && /^\d+$/.test(text.trim()) ? Number(text) : null;
    },
  };
}
