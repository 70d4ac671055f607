import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, Listing } from "#core";
import { describe, searchTextOf } from "./describe.ts";

const LISTING = { status: "active", files: [], versions: ["1.0"] } as unknown as Listing;

async function described(recorded: JsonObject | null) {
  return describe({ version: "1.0", listing: LISTING, recorded, desk: { companion: async () => null } });
}

test("a record becomes what a person wants to know", async () => {
  const known = await described({
    summary: "Sends signals",
    author: "Ada",
    author_email: "ada@example.org",
    license_expression: "MIT",
    requires_python: ">=3.9",
    keywords: "signals, slots",
    requires_dist: ["Foo_Bar>=1", 'baz; extra == "fast"', "not a requirement at all !!"],
    project_urls: ["Docs, https://docs.example/", "Run, javascript:alert(1)"],
    home_page: "https://docs.example/",
    description: "# Hi",
    description_content_type: "text/markdown",
  });

  assert.ok(known !== null);
  assert.deepEqual(
    [known.author, known.license, known.requires, known.keywords],
    ["Ada <ada@example.org>", "MIT", "Python >=3.9", ["signals", "slots"]],
  );
  assert.deepEqual(known.requirements, [
    { text: "Foo_Bar>=1", project: "foo-bar", extra: null },
    { text: 'baz; extra == "fast"', project: "baz", extra: "fast" },
    { text: "not a requirement at all !!", project: null, extra: null },
  ]);
  assert.deepEqual(known.links, [
    { label: "Homepage", text: "https://docs.example/", url: "https://docs.example/" },
    { label: "Run", text: "javascript:alert(1)", url: null },
  ]);
  assert.match(known.readme?.html ?? "", /<h3>Hi<\/h3>/);
});

test("where nothing is known nothing is told, and what is no text is passed over", async () => {
  assert.equal(await described(null), null);
  const odd = await described({ summary: 7, author: { a: 1 }, classifiers: ["A", 2, null], license: "" } as JsonObject);
  assert.deepEqual([odd?.summary, odd?.author, odd?.classifiers, odd?.license], [null, null, ["A"], null]);
});

test("search looks through summary, keywords and people", () => {
  const text = searchTextOf({ summary: "Sends signals", keywords: "slots", author: "Ada", description: "long" });
  assert.match(text, /Sends signals\nslots\nAda/);
  assert.doesNotMatch(text, /long/);
});
