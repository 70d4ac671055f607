import { hexOf, type ListedFile } from "#core";

const SHA256 = /^[0-9a-f]{64}$/;
const DIRECTORY_LENGTH_MAX = 200;

/** The SHA-256 by which a listed file is known, in hex; `null` for an offer whose upstream announced none. */
export function sha256Of(file: ListedFile): string | null {
  if (file.kind === "artifact") return hexOf(file.artifact.blob);
  const announced = file.offer.digests["sha256"];
  return announced !== undefined && SHA256.test(announced) ? announced : null;
}

/**
 * Where a listed file is served, relative to the repository, percent-encoded: `+f/<3 hex>/<13 hex>/<name>` where the
 * hash is known, so that the address means these bytes for ever, else `+e/<directory>/<name>` (devpi's two forms).
 */
export function filePath(file: ListedFile): string {
  const sha256 = sha256Of(file);
  const filename = encodeURIComponent(file.kind === "artifact" ? file.artifact.filename : file.offer.filename);
  if (sha256 !== null) return `+f/${sha256.slice(0, 3)}/${sha256.slice(3, 16)}/${filename}`;
  return `+e/${file.kind === "offer" ? upstreamDirectory(file.offer.url) : ""}/${filename}`;
}

/**
 * An upstream address without its last part as one path segment: `https_host_8080_some_path`. Only a name: two
 * addresses may share it, but a listing has a file name once. Credentials and queries never get into it.
 */
export function upstreamDirectory(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url);
  const folders = pathname.split("/").slice(1, -1);
  const host = port === "" ? hostname : `${hostname}_${port}`;
  const directory = [protocol.slice(0, -1), host, ...folders].join("_");
  return directory.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, DIRECTORY_LENGTH_MAX);
}
