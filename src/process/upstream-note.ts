import type { App } from "../app.ts";
import type { Config } from "./config.ts";
import { DEFAULT_REMOTE, type UpstreamSearch } from "./first-start.ts";
import type { Log } from "./log.ts";

/** Tells in the log where `root/pypi` reads from, or how to set it up; resolves when that is known. */
export async function tellUpstream(
  search: Promise<UpstreamSearch> | null,
  app: Pick<App, "registry">,
  config: Pick<Config, "upstream">,
  log: Log,
): Promise<void> {
  if (search === null) {
    const remote = await app.registry.repository(DEFAULT_REMOTE);
    const isOther = remote?.kind === "remote" && ![null, "none", remote.url].includes(withSlash(config.upstream));
    if (isOther) {
      log.note(
        "warn",
        `${DEFAULT_REMOTE} reads from ${remote.url} since it was made; the setting 'upstream' is not used`,
      );
    }
    return;
  }
  const result = await search;
  const how = `set one with: vivarium index modify ${DEFAULT_REMOTE} --upstream URL`;
  switch (result.kind) {
    case "found":
      return log.note("info", `${DEFAULT_REMOTE} reads from ${result.upstream.url}, as ${result.upstream.source} says`);
    case "none":
      return config.upstream === "none"
        ? log.note("debug", `${DEFAULT_REMOTE} has no upstream, as the setting 'upstream' says; ${how}`)
        : log.note("warn", `${DEFAULT_REMOTE} has no upstream: neither uv nor pip on this machine names one; ${how}`);
    case "failed":
      return log.note("warn", `${DEFAULT_REMOTE} has no upstream yet: the search failed; ${how}`, {}, result.cause);
  }
}

function withSlash(address: string | null): string | null {
  if (address === null || address === "none") return address;
  const url = URL.parse(address);
  if (url === null) return address;
  url.username = "";
  url.password = "";
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}
