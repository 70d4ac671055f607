/**
 * What the table keeps, sealed, of a token for Artifactory's clients. A JWT is proven by its signature, so nothing of it
 * is kept; it is good as long as its token is in the table.
 */
export type KeptSecrets =
  | { readonly kind: "access"; readonly referenceHash: string | null; readonly refreshHash: string | null }
  /** Its owner may read it again, so it is kept whole. */
  | { readonly kind: "api-key"; readonly text: string };

const ACCESS = /^access:([0-9a-f]{64}|-):([0-9a-f]{64}|-)$/;
const API_KEY = /^api-key:(.+)$/;

export function writeKeptSecrets(secrets: KeptSecrets): string {
  if (secrets.kind === "api-key") return `api-key:${secrets.text}`;
  return `access:${secrets.referenceHash ?? "-"}:${secrets.refreshHash ?? "-"}`;
}

/** `null`: of a token of another kind. */
export function readKeptSecrets(text: string): KeptSecrets | null {
  const [, key] = API_KEY.exec(text) ?? [];
  if (key !== undefined) return { kind: "api-key", text: key };
  const [, reference, refresh] = ACCESS.exec(text) ?? [];
  if (reference === undefined || refresh === undefined) return null;
  return { kind: "access", referenceHash: orNull(reference), refreshHash: orNull(refresh) };
}

function orNull(text: string): string | null {
  return text === "-" ? null : text;
}
