import { type LocalRepository, refuse } from "#core";
import type { MetadataView } from "#stores";

/**
 * Refuses bytes for which a repository has no more room of its own (`quota-exceeded`). To be asked inside the transaction
 * that writes the fact, where the totals are those that it will add to. `replacedBytes`: what goes when they come.
 */
export async function refuseBeyondQuota(
  view: MetadataView,
  { name, quotaBytes }: Pick<LocalRepository, "name" | "quotaBytes">,
  filename: string,
  sizeBytes: number,
  replacedBytes = 0,
): Promise<void> {
  if (quotaBytes === null || quotaBytes === undefined) return;
  const used = (await view.totals(name)).sizeBytes;
  // Whoever makes it smaller is let in, also where the limit was lowered below what is there.
  if (sizeBytes <= replacedBytes || used - replacedBytes + sizeBytes <= quotaBytes) return;
  const because =
    `cannot take ${filename} with ${sizeBytes} bytes into ${name}: it holds ${used} of the ${quotaBytes} bytes that it ` +
    "may hold; remove files that are no longer needed, or ask who administers it to raise its quota";
  throw refuse({ code: "quota-exceeded", repository: name, because });
}
