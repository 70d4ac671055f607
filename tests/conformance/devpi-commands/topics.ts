import type { FakeUpstream } from "../../support/fake-upstream.ts";
import type { SideBySide } from "../../support/side-by-side.ts";

/** Part of the suite: what is done to both servers, under the promise that it checks. */
export type Topics = Readonly<Record<string, (both: SideBySide, upstream: FakeUpstream) => Promise<void>>>;

/** Signs in as a new user with an index of that name, which becomes the current one. */
export async function moveIn(both: SideBySide, user: string, ...indexes: readonly string[]): Promise<void> {
  await both.devpi("use {H}");
  await both.devpi(`user -c ${user} password=${user}-secret email=${user}@example.org`);
  await both.devpi(`login ${user} --password=${user}-secret`);
  for (const index of indexes) await both.devpi(`index -c ${index}`);
  const [first] = indexes;
  if (first !== undefined) await both.devpi(`use ${user}/${first}`);
}
