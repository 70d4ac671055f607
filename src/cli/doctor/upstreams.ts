import type { Instant } from "#core";
import { type Check, type Finding, fault, ok, skipped } from "./finding.ts";
import type { HttpFacts, RemoteFacts } from "./probes.ts";

const ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.9, text/html;q=0.8";
const SLOW_MILLISECONDS = 5000;

/** Every remote's upstream, asked as we ask it; its `Date` also tells whether our clock is right. */
export const upstreams: Check = {
  name: "upstream",
  needs: "database",
  async look(probes) {
    const remotes = await probes.data.remotes();
    if (remotes.length === 0) return [ok(this.name, "there are no remote repositories")];
    const seen: Instant[] = [];
    const findings: Finding[] = [];
    for (const remote of remotes) {
      if (remote.url === null) {
        findings.push(notSet(remote.name));
        continue;
      }
      if (remote.isOffline === true) {
        findings.push(skipped("upstream", `${remote.name} is offline by its settings, so its upstream is not asked`));
        continue;
      }
      const before = probes.now();
      const reply = await probes.network.get(remote.url, ACCEPT, remote.proxy ?? null);
      const after = probes.now();
      findings.push(judge(remote, remote.url, reply, after - before));
      if (!("because" in reply) && reply.date !== null) seen.push((reply.date - after) as Instant);
    }
    return [...findings, clock(seen)];
  },
};

/** Perhaps on purpose (`--upstream none`), so no fault; whoever wonders why it is empty reads it here. */
function notSet(name: string): Finding {
  return skipped(
    "upstream",
    `${name} has no upstream, so it is empty; to set one: vivarium index modify ${name} --upstream URL`,
  );
}

function judge(
  { name, hasProjectList }: RemoteFacts,
  url: string,
  reply: HttpFacts | { readonly because: string },
  took: number,
): Finding {
  const what = `the upstream of ${name}, ${url},`;
  if ("because" in reply) {
    const remedy = "see that this machine reaches it (name, firewall, HTTPS_PROXY); copies are served meanwhile";
    return fault("upstream", "upstream-silent", `${what} cannot be reached: ${reply.because}`, remedy);
  }
  // Doctor sends no password, so this is all that a closed upstream can tell.
  if (reply.status === 401 || reply.status === 403) return ok("upstream", `${what} answers and asks for a password`);
  if (reply.status >= 500 || reply.status === 429) {
    const remedy = "ask those who run it; copies are served meanwhile";
    return fault("upstream", "upstream-failing", `${what} answers ${reply.status}`, remedy);
  }
  if (hasProjectList && (reply.status !== 200 || !isIndex(reply))) {
    const message = `${what} is not a package index: it answers ${reply.status} ${reply.contentType}`.trimEnd();
    const remedy =
      `correct it: vivarium index modify ${name} --upstream URL, mostly one that ends in /simple/; ` +
      "or say --project-list no if it has no list of projects";
    return fault("upstream", "upstream-not-an-index", message, remedy);
  }
  if (took > SLOW_MILLISECONDS) {
    const message = `${what} took ${(took / 1000).toFixed(1)} seconds to answer`;
    return fault("upstream", "upstream-slow", message, "see to the line, or choose a nearer upstream");
  }
  return ok("upstream", `${what} answers`);
}

/** A list of projects or a page of links. */
function isIndex({ contentType, text }: HttpFacts): boolean {
  if (/json/i.test(contentType)) return /"(projects|files|meta)"\s*:/.test(text);
  return /html/i.test(contentType) && /<a\s|simple|index|links/i.test(text);
}

const SKEW_MILLISECONDS_MAX = 120_000;

/** `seen`: by how much other servers' clocks are ahead of ours. The nearest counts: a cache in between may send an old date. */
function clock(seen: readonly number[]): Finding {
  const [nearest] = [...seen].sort((a, b) => Math.abs(a) - Math.abs(b));
  if (nearest === undefined) return skipped("clock", "no other server told the time");
  if (Math.abs(nearest) <= SKEW_MILLISECONDS_MAX) return ok("clock", "the clock agrees with that of other servers");
  const direction = nearest > 0 ? "behind" : "ahead of";
  const message = `the clock of this machine is ${Math.round(Math.abs(nearest) / 1000)} seconds ${direction} that of other servers`;
  const remedy = "set it, and keep it right with NTP (timedatectl set-ntp true): tokens expire and pages age by it";
  return fault("clock", "clock-skewed", message, remedy);
}
