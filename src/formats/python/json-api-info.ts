import { factsOf, type Json, type JsonObject, type Listing } from "#core";
import type { MetadataRecord } from "./attributes.ts";
import type { Release } from "./json-api-releases.ts";

/**
 * `info` of the old JSON API: the metadata of the shown release. Texts that
 * nobody gave are empty or `null` as the public index has it.
 */
export function infoOf(listing: Listing, release: Release, record: MetadataRecord, base: string): JsonObject {
  const text = (field: string): string => single(record, field) ?? "";
  const projectUrls = urlsOf(record);
  const yanked = release.files.map((file) => factsOf(file).yanked);
  const isYanked = yanked.length > 0 && yanked.every((reason) => reason !== null);
  const page = `${base}simple/${listing.project}/`;
  return {
    author: text("author"),
    author_email: text("author_email"),
    bugtrack_url: null,
    classifiers: many(record, "classifiers"),
    description: text("description"),
    description_content_type: single(record, "description_content_type"),
    docs_url: null,
    download_url: text("download_url"),
    downloads: { last_day: -1, last_month: -1, last_week: -1 },
    dynamic: orNull(many(record, "dynamic")),
    home_page: text("home_page"),
    // A comma-joined text, whatever the file has.
    keywords: keywordsOf(record),
    license: single(record, "license"),
    license_expression: single(record, "license_expression"),
    license_files: orNull(many(record, "license_file")),
    maintainer: text("maintainer"),
    maintainer_email: text("maintainer_email"),
    name: listing.displayName,
    package_url: page,
    platform: many(record, "platform").join(",") || null,
    project_url: page,
    project_urls: Object.keys(projectUrls).length === 0 ? null : projectUrls,
    provides_extra: orNull(many(record, "provides_extra")),
    release_url: page,
    requires_dist: orNull(many(record, "requires_dist")),
    requires_python: single(record, "requires_python"),
    summary: text("summary"),
    version: release.version,
    yanked: isYanked,
    yanked_reason: isYanked ? (yanked.find((reason) => reason !== null && reason !== "") ?? null) : null,
  };
}

function single(record: MetadataRecord, field: string): string | null {
  const value = record[field];
  return typeof value === "string" && value !== "" ? value : null;
}

function many(record: MetadataRecord, field: string): readonly string[] {
  const value = record[field];
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
}

function orNull(values: readonly string[]): Json {
  return values.length === 0 ? null : values;
}

function keywordsOf(record: MetadataRecord): string {
  return many(record, "keywords")
    .flatMap((text) => text.split(","))
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .join(",");
}

/** `Label, address` per line of metadata; a label without an address is none. */
function urlsOf(record: MetadataRecord): Readonly<Record<string, string>> {
  const urls: Record<string, string> = {};
  for (const line of many(record, "project_urls")) {
    const comma = line.indexOf(",");
    if (comma > 0) urls[line.slice(0, comma).trim()] = line.slice(comma + 1).trim();
  }
  return urls;
}
