import assert from "node:assert/strict";
import { test } from "node:test";
import { FORMATS } from "./journal-formats.ts";

const ENTRY = {
  seq: 7,
  at: "2026-11-24T10:42:18.000Z",
  by: { kind: "user", name: '=HYPERLINK("https://evil.example")', tokenId: null },
  event: { type: "project.status", repository: "a/b", project: "foo", status: "archived", reason: "old, and done" },
};

test("a table holds one row per entry, and no cell is taken for a formula", () => {
  const table = FORMATS.find(({ filename }) => filename === "journal.csv");
  assert.equal(table?.head, "seq,at,kind,name,token,type,where,what\r\n");
  assert.equal(
    table?.line(ENTRY),
    '7,2026-11-24T10:42:18.000Z,user,"\'=HYPERLINK(""https://evil.example"")",,project.status,"a/b, foo","made the project foo archived: “old, and done”"\r\n',
  );
});

test("a line of JSON holds the whole entry", () => {
  const lines = FORMATS.find(({ filename }) => filename === "journal.jsonl");
  assert.deepEqual(JSON.parse(lines?.line(ENTRY) ?? ""), ENTRY);
});
