import { factsOf, type JsonObject } from "#core";
import type { DescribedVersion, Description, Requirement } from "../format.ts";
import type { MetadataRecord } from "./attributes.ts";
import { listOf, textOf } from "./core-metadata.ts";
import { metadataOf } from "./json-api-metadata.ts";
import { projectName } from "./names.ts";
import { renderReadme } from "./readme.ts";
import { requiredName } from "./requirements.ts";

/** Lists that somebody made absurdly long are cut. */
const LIST_MAX = 2_000;
const LICENSE_LENGTH_MAX = 200;

/** What search looks through. */
export function searchTextOf(attributes: JsonObject): string {
  const record = recordOf(attributes);
  return ["summary", "keywords", "author", "author_email", "maintainer", "maintainer_email"]
    .map((field) => listOf(record, field).join(" "))
    .filter((text) => text !== "")
    .join("\n");
}

/** The record that was registered for the version, else what its files say. */
export async function describe(described: DescribedVersion): Promise<Description | null> {
  const recorded = described.recorded === null ? {} : recordOf(described.recorded);
  const { record, isWhole } =
    Object.keys(recorded).length > 0 ? { record: recorded, isWhole: true } : await metadataOfFiles(described);
  if (Object.keys(record).length === 0 && isWhole) return null;
  const description = textOf(record, "description");
  return {
    summary: textOf(record, "summary"),
    author: person(record, "author"),
    maintainer: person(record, "maintainer"),
    license: licenseOf(record),
    requires: pythonOf(record),
    keywords: keywordsOf(record),
    classifiers: some(record, "classifiers"),
    links: linksOf(record),
    requirements: some(record, "requires_dist").map(requirementOf),
    extras: some(record, "provides_extra"),
    readme: description === null ? null : await renderReadme(description, textOf(record, "description_content_type")),
    isWhole,
  };
}

function metadataOfFiles({ version, listing, desk }: DescribedVersion) {
  const isOffered = listing.status !== "quarantined";
  const files = isOffered ? listing.files.filter((file) => factsOf(file).version === version) : [];
  return metadataOf({ files }, desk);
}

/** Other systems' records may hold anything; what is no text is left out. */
function recordOf(attributes: JsonObject): MetadataRecord {
  const record: Record<string, string | readonly string[]> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "string") {
      if (value.trim() !== "") record[key] = value;
    } else if (Array.isArray(value)) {
      const texts = value.filter((one) => typeof one === "string" && one !== "") as string[];
      if (texts.length > 0) record[key] = texts;
    }
  }
  return record;
}

function some(record: MetadataRecord, field: string): readonly string[] {
  return listOf(record, field).slice(0, LIST_MAX);
}

/** `Ada Lovelace <ada@example.org>`: many tools write both into the address. */
function person(record: MetadataRecord, field: "author" | "maintainer"): string | null {
  const name = textOf(record, field);
  const address = textOf(record, `${field}_email`);
  if (name === null || address === null) return name ?? address;
  return address.includes(name) ? address : `${name} <${address}>`;
}

/** An expression, or the first line of what may be the whole licence. */
function licenseOf(record: MetadataRecord): string | null {
  const expression = textOf(record, "license_expression");
  if (expression !== null) return expression;
  const [line = ""] = (textOf(record, "license") ?? "").trim().split("\n");
  return line === "" ? null : line.slice(0, LICENSE_LENGTH_MAX);
}

function pythonOf(record: MetadataRecord): string | null {
  const python = textOf(record, "requires_python");
  return python === null ? null : `Python ${python}`;
}

function keywordsOf(record: MetadataRecord): readonly string[] {
  const words = some(record, "keywords").flatMap((text) => (text.includes(",") ? text.split(",") : text.split(/\s+/)));
  return [...new Set(words.map((word) => word.trim()).filter((word) => word !== ""))].slice(0, LIST_MAX);
}

function linksOf(record: MetadataRecord): Description["links"] {
  const links: [string, string][] = [];
  for (const [label, field] of [
    ["Homepage", "home_page"],
    ["Download", "download_url"],
  ] as const) {
    const text = textOf(record, field);
    if (text !== null) links.push([label, text]);
  }
  for (const line of some(record, "project_urls")) {
    // `Label, address`; a label without an address is none.
    const comma = line.indexOf(",");
    if (comma > 0) links.push([line.slice(0, comma).trim(), line.slice(comma + 1).trim()]);
  }
  const unique = links.filter(([, text], at) => links.findIndex(([, other]) => other === text) === at);
  return unique.map(([label, text]) => ({ label, text, url: webAddress(text) }));
}

/** Nothing but the web: `javascript:` and its kin are addresses, too. */
function webAddress(text: string): string | null {
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text).href : null;
}

function requirementOf(text: string): Requirement {
  const name = requiredName(text);
  return {
    text,
    project: name === null ? null : projectName(name),
    extra: /\bextra\s*==\s*["']([^"']+)["']/.exec(text.slice(text.indexOf(";") + 1))?.[1] ?? null,
  };
}
