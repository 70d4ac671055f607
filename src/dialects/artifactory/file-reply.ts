import { hexOf, leafOf, type Reply } from "#core";
import type { FileNode, OpenFile } from "#registry";
import { mediaTypeOf } from "./media-types.ts";

/** What is known of a file that is sent. */
export type SentFile = Pick<FileNode, "path" | "sha256" | "sha1" | "md5">;

/**
 * Whoever may deploy may deploy a page, and others read it at this server's address: in a sandbox it has no origin, runs
 * nothing and loads nothing.
 */
const SAFETY = {
  "x-content-type-options": "nosniff",
  "content-security-policy":
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
};

/** A file with Artifactory's headers. The front door adds ranges, validators and what HEAD needs. */
export function fileReply(file: SentFile, opened: OpenFile): Reply {
  if (opened.kind === "elsewhere") return { kind: "redirect", status: 302, to: opened.url };
  const filename = leafOf(file.path);
  const sha256 = opened.kind === "stored" ? hexOf(opened.blob) : file.sha256;
  const headers = {
    ...SAFETY,
    "x-artifactory-filename": encodeURIComponent(filename),
    ...(sha256 === null ? {} : { "x-checksum-sha256": sha256 }),
    ...(file.sha1 === null ? {} : { "x-checksum-sha1": file.sha1 }),
    ...(file.md5 === null ? {} : { "x-checksum-md5": file.md5 }),
  };
  const contentType = mediaTypeOf(filename);
  // What stands at a path may be replaced.
  const cache = { kind: "revalidate", isPrivate: opened.isPrivate } as const;
  const counted = opened.noteServed === undefined ? {} : { noteServed: opened.noteServed };
  if (opened.kind === "stored") {
    return {
      kind: "file",
      filename,
      contentType,
      body: opened.body,
      etag: hexOf(opened.blob),
      lastModified: opened.lastModified,
      cache,
      headers,
      freshness: opened.freshness,
      ...counted,
    };
  }
  return {
    kind: "stream",
    status: 200,
    contentType,
    sizeBytes: opened.sizeBytes,
    chunks: opened.chunks,
    part: opened.part,
    lastModified: opened.lastModified,
    cache,
    headers: sha256 === null ? headers : { ...headers, etag: `"${sha256}"` },
    ...counted,
  };
}
