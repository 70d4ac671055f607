import { z } from "zod";
import { instant, name } from "./schema-words.ts";

// Sign-ins of browsers and of devpi's clients.

export const sessionBodies = {
  NewSession: z.strictObject({ user: name, password: z.string().min(1).max(4096) }),
};

const session = z.strictObject({
  id: z.string(),
  user: name,
  kind: z.enum(["browser", "client"]).describe("`client`: a login of devpi's command line"),
  begunAt: instant,
  lastSeenAt: instant.describe("To the minute or so; of `client` when it began"),
  expiresAt: instant.describe("That of a browser moves on while it is used"),
  address: z.string().nullable().describe("Where it began; `null`: not noted"),
  userAgent: z.string().nullable().describe("What the browser said that it is"),
  isCurrent: z.boolean().describe("The one that asks"),
});

export const sessionAnswers = {
  Session: session,
  Sessions: z.strictObject({ items: z.array(session).describe("The one that began last first") }),
};
