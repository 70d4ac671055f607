import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useReducer, useRef } from "react";
import type { TreeFile } from "../../../src/cli/api-types.ts";
import { sendFile } from "../send-file.ts";
import { type Change, changed, isUnderWay, nextOf, type Upload } from "./uploads.ts";

/** Sends files to a repository, a few at a time. They stay in the list until they are there, whatever happens meanwhile. */
export function useUploads(repository: string): {
  readonly uploads: readonly Upload<File>[];
  add(files: readonly File[]): void;
  retry(id: number): void;
  clear(): void;
} {
  const [uploads, change] = useReducer(changed<File>, []);
  const queries = useQueryClient();
  const begun = useRef(new Set<number>());
  const ending = useRef<AbortController | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    ending.current = controller;
    return () => controller.abort();
  }, []);
  useEffect(() => {
    for (const upload of nextOf(uploads)) {
      const signal = ending.current?.signal;
      // An effect may run twice for the same list; a file is sent once.
      if (signal === undefined || begun.current.has(upload.id)) continue;
      begun.current.add(upload.id);
      void send(repository, upload, signal, change).finally(() => {
        begun.current.delete(upload.id);
        void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "whoami" });
      });
    }
  }, [uploads, repository, queries]);
  useWarning(isUnderWay(uploads));
  return {
    uploads,
    add: (files) =>
      change({ type: "added", files: files.map((file) => ({ name: file.name, sizeBytes: file.size, content: file })) }),
    retry: (id) => change({ type: "retried", id }),
    clear: () => change({ type: "cleared" }),
  };
}

async function send(
  repository: string,
  { id, name, content }: Upload<File>,
  signal: AbortSignal,
  change: (change: Change<File>) => void,
): Promise<void> {
  change({ type: "began", id });
  try {
    const onSent = (bytes: number) => change({ type: "sent", id, bytes });
    const path = ["repositories", ...repository.split("/"), "files", name];
    const made = await sendFile<TreeFile>(path, content, { onSent, signal });
    change({ type: "done", id, path: made.path, repository: made.repository });
  } catch (error) {
    change({ type: "failed", id, error: error instanceof Error ? error : new Error(String(error)) });
  }
}

/** The browser asks before the page is closed. */
function useWarning(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isNeeded]);
}
