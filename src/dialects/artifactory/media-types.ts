import mime from "mime";

/** What real servers call files of these kinds, by the end of the name in lower case; others by their registered type. */
const TYPES: Readonly<Record<string, string>> = {
  ".whl": "application/zip",
  ".egg": "application/zip",
  ".gz": "application/x-gzip",
  ".tgz": "application/x-gzip",
  ".bz2": "application/x-bzip2",
  ".tar": "application/x-tar",
  ".sha1": "application/x-checksum",
  ".sha256": "application/x-checksum",
  ".sha512": "application/x-checksum",
  ".md5": "application/x-checksum",
};

const UNKNOWN = "application/octet-stream";

/** What a file is by its name. */
export function mediaTypeOf(filename: string): string {
  const dot = filename.lastIndexOf(".");
  const own = dot < 0 ? undefined : TYPES[filename.slice(dot).toLowerCase()];
  return own ?? mime.getType(filename) ?? UNKNOWN;
}
