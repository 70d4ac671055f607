/** By the end of the name, in lower case; what real servers call files of these kinds. */
const TYPES: Readonly<Record<string, string>> = {
  ".whl": "application/zip",
  ".zip": "application/zip",
  ".egg": "application/zip",
  ".jar": "application/java-archive",
  ".war": "application/java-archive",
  ".gz": "application/x-gzip",
  ".tgz": "application/x-gzip",
  ".tar": "application/x-tar",
  ".bz2": "application/x-bzip2",
  ".xz": "application/x-xz",
  ".7z": "application/x-7z-compressed",
  ".txt": "text/plain",
  ".log": "text/plain",
  ".md": "text/plain",
  ".asc": "text/plain",
  ".sha1": "application/x-checksum",
  ".sha256": "application/x-checksum",
  ".sha512": "application/x-checksum",
  ".md5": "application/x-checksum",
  ".csv": "text/csv",
  ".json": "application/json",
  ".yml": "application/x-yaml",
  ".yaml": "application/x-yaml",
  ".toml": "application/toml",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".xml": "application/xml",
  ".pom": "application/x-maven-pom+xml",
  ".html": "text/html",
  ".htm": "text/html",
  ".css": "text/css",
  ".js": "application/javascript",
  ".svg": "image/svg+xml",
};

const UNKNOWN = "application/octet-stream";

/** What a browser would run or draw with our origin's rights: whoever may deploy could read with others' eyes. */
const ACTIVE = /^(?:text\/html|text\/css|application\/(?:javascript|xml|pdf)|image\/svg\+xml|.*\+xml)$/;

/** What a file is by its name. */
export function mediaTypeOf(filename: string): string {
  const dot = filename.lastIndexOf(".");
  return dot < 0 ? UNKNOWN : (TYPES[filename.slice(dot).toLowerCase()] ?? UNKNOWN);
}

/** As what it is sent. */
export function servedTypeOf(filename: string): string {
  const type = mediaTypeOf(filename);
  return ACTIVE.test(type) ? UNKNOWN : type;
}
