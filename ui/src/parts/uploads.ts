/** Files on their way to a repository, as a list that only grows and is never reordered. Pure, so that it can be tested. */
export interface Upload<Content> {
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly content: Content;
  readonly state: UploadState;
}

export type UploadState =
  | { readonly kind: "waiting" }
  | { readonly kind: "sending"; readonly sentBytes: number }
  | { readonly kind: "done"; readonly path: string; readonly repository: string }
  | { readonly kind: "failed"; readonly error: Error };

export type Change<Content> =
  | { readonly type: "added"; readonly files: readonly Pick<Upload<Content>, "name" | "sizeBytes" | "content">[] }
  | { readonly type: "began"; readonly id: number }
  | { readonly type: "sent"; readonly id: number; readonly bytes: number }
  | { readonly type: "done"; readonly id: number; readonly path: string; readonly repository: string }
  | { readonly type: "failed"; readonly id: number; readonly error: Error }
  | { readonly type: "retried"; readonly id: number }
  | { readonly type: "cleared" };

/** So many are sent at once: more would only share the same line. */
const AT_ONCE = 2;

export function changed<Content>(
  uploads: readonly Upload<Content>[],
  change: Change<Content>,
): readonly Upload<Content>[] {
  switch (change.type) {
    case "added": {
      const first = (uploads.at(-1)?.id ?? 0) + 1;
      const added = change.files.map((file, index) => ({ ...file, id: first + index, state: WAITING }));
      return [...uploads, ...added];
    }
    case "began":
      return withState(uploads, change.id, { kind: "sending", sentBytes: 0 });
    case "sent":
      return withState(uploads, change.id, { kind: "sending", sentBytes: change.bytes });
    case "done":
      return withState(uploads, change.id, { kind: "done", path: change.path, repository: change.repository });
    case "failed":
      return withState(uploads, change.id, { kind: "failed", error: change.error });
    case "retried":
      return withState(uploads, change.id, WAITING);
    case "cleared":
      return uploads.filter(({ state }) => state.kind !== "done");
  }
}

const WAITING: UploadState = { kind: "waiting" };

/** Which to begin now. */
export function nextOf<Content>(uploads: readonly Upload<Content>[]): readonly Upload<Content>[] {
  const isSending = uploads.filter(({ state }) => state.kind === "sending").length;
  return uploads.filter(({ state }) => state.kind === "waiting").slice(0, Math.max(0, AT_ONCE - isSending));
}

/** Whether something would be lost if the page were closed. */
export function isUnderWay(uploads: readonly Upload<unknown>[]): boolean {
  return uploads.some(({ state }) => state.kind === "waiting" || state.kind === "sending");
}

function withState<Content>(
  uploads: readonly Upload<Content>[],
  id: number,
  state: UploadState,
): readonly Upload<Content>[] {
  return uploads.map((upload) => (upload.id === id ? { ...upload, state } : upload));
}
