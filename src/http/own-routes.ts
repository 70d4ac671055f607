import type { Reply } from "#core";
import type { Registry } from "#registry";
import type { HotReplies } from "./hot-replies.ts";
import { type Metrics, OPEN_METRICS_TYPE } from "./metrics.ts";
import { textReply, welcomePage } from "./own-pages.ts";
import { isBrowser } from "./refusals.ts";
import type { Visit } from "./visits.ts";

export interface OwnParts {
  readonly registry: Registry;
  readonly hot: HotReplies;
  readonly metrics: Metrics;
  readonly whyNotReady: () => Promise<string | null>;
  readonly moreMetrics: () => Promise<string>;
  readonly isClosing: () => boolean;
}

/** Asked by machines that have no account. */
export function isHealthPath(path: string): boolean {
  return path.startsWith("/+health/");
}

/** What the front door answers itself, to everybody; `null`: it is not among that. */
export async function ownReply(parts: OwnParts, visit: Visit, path: string): Promise<Reply | null> {
  if (visit.method !== "GET" && visit.method !== "HEAD") return null;
  switch (path) {
    case "/":
      // devpi's client and its kin get their own answer at the same address.
      if (!isBrowser({ header: visit.intake.peek })) return null;
      visit.route = path;
      return welcomePage(visit.publicUrl());
    case "/+health/live":
      visit.route = path;
      return textReply(200, "alive");
    case "/+health/ready":
      visit.route = path;
      return readiness(parts);
    case "/+metrics":
      visit.route = path;
      return exposition(parts);
    default:
      return null;
  }
}

async function readiness({ isClosing, whyNotReady }: OwnParts): Promise<Reply> {
  const because = isClosing() ? "the server is shutting down" : await whyNotReady();
  return because === null ? textReply(200, "ready") : textReply(503, because);
}

async function exposition({ metrics, registry, hot, moreMetrics }: OwnParts): Promise<Reply> {
  const texts = [metrics.text(registry.figures(), hot.figures()), await moreMetrics()];
  const lines = texts.filter((text) => text !== "").map((text) => (text.endsWith("\n") ? text : `${text}\n`));
  return {
    kind: "bytes",
    status: 200,
    contentType: OPEN_METRICS_TYPE,
    body: `${lines.join("")}# EOF\n`,
    cache: { kind: "none" },
  };
}
