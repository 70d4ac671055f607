import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "./dataset.ts";
import { atLeast, type Figure, shown } from "./figures.ts";
import { HTML, withServer } from "./hosted.ts";
import { load, uploads } from "./load.ts";
import { hasProgram } from "./peers.ts";
import { type Place, startVivarium } from "./servers.ts";

const SLOW_FSYNC = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
static int slowly(const char *name, int fd) { usleep(5000); return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd); }
int fsync(int fd) { return slowly("fsync", fd); }
int fdatasync(int fd) { return slowly("fdatasync", fd); }
`;

/**
 * Reads while uploads run, with every fsync of the server made 5 ms slower: an fsync must never hold up a reader.
 * Demanded: readers keep a quarter of what they get from the idle server; the uploading client shares the two cores.
 */
export async function slowDiskRows(place: Place, data: Dataset, seconds: number): Promise<Figure[]> {
  if (process.platform !== "linux" || !hasProgram("cc"))
    return [shown("reads during uploads, fsync + 5 ms", "not measured: needs Linux and a C compiler")];
  const shim = join(place.scratch, "slow-fsync.so");
  writeFileSync(join(place.scratch, "slow-fsync.c"), SLOW_FSYNC);
  execFileSync("cc", ["-shared", "-fPIC", "-O2", "-o", shim, join(place.scratch, "slow-fsync.c"), "-ldl"]);
  return withServer(startVivarium(place, "vivarium-slow", { LD_PRELOAD: shim }), async (server) => {
    const path = server.uploadPath ?? "/";
    await uploads(
      server.port,
      path,
      server.authorization,
      data.wheels.filter(({ name }) => name === "demo"),
    );
    const url = `http://127.0.0.1:${server.port}${server.simple}demo/`;
    const read = { connections: 8, seconds, headers: { Accept: HTML } };
    const idle = await load(url, read);
    const writing = uploads(server.port, path, server.authorization, data.small.slice(0, 60 * seconds));
    const busy = await load(url, read);
    const rate = await writing;
    return [
      atLeast("reads during uploads, fsync + 5 ms", busy.perSecond, 0.25, "the idle server", idle.perSecond, "/s"),
      shown("its uploads and the readers' p99", `${Math.round(rate)} uploads/s, p99 ${busy.p99} (idle ${idle.p99})`),
    ];
  });
}
