import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { constants, gzip, zstdCompress } from "node:zlib";
import type { Plugin } from "vite";

const press = { gzip: promisify(gzip), zstd: promisify(zstdCompress) };
/** Smaller ones fit into one packet anyway. */
const SIZE_BYTES_MIN = 1024;

/** Puts a `.gz` and a `.zst` beside each script and style, as small as they get: made once here, sent often by the server. */
export function pressed(): Plugin {
  return {
    name: "pressed",
    apply: "build",
    async writeBundle({ dir = "" }) {
      const folder = join(dir, "assets");
      const names = (await readdir(folder)).filter((name) => /\.(?:js|css|svg|json)$/.test(name));
      await Promise.all(names.map((name) => pressFile(join(folder, name))));
    },
  };
}

async function pressFile(path: string): Promise<void> {
  const bytes = await readFile(path);
  if (bytes.byteLength < SIZE_BYTES_MIN) return;
  const params = { [constants.ZSTD_c_compressionLevel]: 19 };
  const forms = { gz: await press.gzip(bytes, { level: 9 }), zst: await press.zstd(bytes, { params }) };
  await Promise.all(Object.entries(forms).map(([ending, form]) => writeFile(`${path}.${ending}`, form)));
}
