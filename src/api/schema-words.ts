import { z } from "zod";

// What several of the schemas are made of.

export const name = z.string().min(1).max(200);
export const text = z.string().max(10_000);
export const instant = z.iso.datetime({ offset: true }).describe("UTC, as in RFC 3339");
export const repositoryName = z.string().min(3).max(401).describe("`owner/name`");
