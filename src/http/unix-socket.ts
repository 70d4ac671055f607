import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";

/** What stands where a Unix socket shall be. */
export type SocketPlace =
  /** Nothing, or what a killed server left and is cleared away now. */
  | "free"
  /** Somebody answers there. */
  | "answered"
  /** A file, a folder, a link: not ours to take away. */
  | "other";

/** Clears away the socket of a server that was killed; anything else stays as it is. */
export async function clearSocketPlace(path: string): Promise<SocketPlace> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
  if (found === null) return "free";
  if (!found.isSocket()) return "other";
  if (!(await isDeserted(path))) return "answered";
  await unlink(path);
  return "free";
}

/** Only a refused connection says so: a socket that we may not connect to, or that is too busy, is somebody's. */
function isDeserted(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}
