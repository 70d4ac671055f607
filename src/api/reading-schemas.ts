import { z } from "zod";
import { instant, repositoryName } from "./schema-words.ts";

// What people read: search, news, descriptions, and what is inside of files.

const project = z.string().min(1).max(200);
const next = z.string().nullable().describe("Send it as `after` to get the next page; `null`: this is the last");
const found = z.strictObject({
  repository: repositoryName.describe("The one that has it"),
  project,
  displayName: z.string(),
  version: z.string().nullable().describe("The newest; `null`: not known without asking an upstream"),
  summary: z.string().nullable(),
});

export const readingAnswers = {
  Found: z.strictObject({
    items: z.array(found).describe("The likeliest first"),
    count: z.int().describe("Of all that was found, at most 1000"),
    hasMore: z.boolean().describe("There are more than `count`"),
    unread: z.array(repositoryName).describe("Remotes whose lists of names have not come yet; ask again in a moment"),
    next,
  }),
  Recent: z.strictObject({
    items: z
      .array(
        z.strictObject({
          repository: repositoryName,
          project,
          version: z.string().nullable(),
          files: z.int(),
          publishedAt: instant,
        }),
      )
      .describe("The newest first"),
  }),
  Description: z.strictObject({
    version: z.string(),
    summary: z.string().nullable(),
    author: z.string().nullable(),
    maintainer: z.string().nullable(),
    license: z.string().nullable(),
    requires: z.string().nullable().describe("What it needs of the language or system"),
    keywords: z.array(z.string()),
    classifiers: z.array(z.string()),
    links: z.array(
      z.strictObject({
        label: z.string(),
        text: z.string(),
        url: z.string().nullable().describe("`null`: what was given is no web address"),
      }),
    ),
    requirements: z.array(
      z.strictObject({
        text: z.string().describe("As it was written"),
        project: z.string().nullable(),
        extra: z.string().nullable().describe("Wanted with this extra only"),
      }),
    ),
    extras: z.array(z.string()),
    readme: z
      .strictObject({
        writtenIn: z.enum(["markdown", "restructuredtext", "plain"]),
        html: z.string().nullable().describe("Rendered, and harmless wherever it is put; `null`: show the text"),
        text: z.string(),
        isCut: z.boolean().describe("The text is longer, and this is its beginning"),
      })
      .nullable(),
    isWhole: z.boolean().describe("`false`: there is more to know, but it could not be had just now"),
  }),
  VersionDownloads: z.strictObject({
    items: z
      .array(z.strictObject({ filename: z.string(), count: z.int(), lastAt: instant.nullable() }))
      .describe("Of files that are in local repositories; at most 500"),
  }),
  Contents: z.strictObject({
    items: z
      .array(z.strictObject({ path: z.string(), kind: z.enum(["file", "folder", "link"]), sizeBytes: z.int() }))
      .describe("As the archive has them; at most 20000"),
    count: z.int().describe("Of all, also of those that are not listed"),
    because: z.string().nullable().describe("Not `null`: it cannot be looked into, and this is why"),
  }),
  MemberText: z.strictObject({
    path: z.string(),
    sizeBytes: z.int(),
    text: z.string().nullable().describe("`null`: it is no text"),
    isCut: z.boolean().describe("It goes on after this"),
  }),
};
