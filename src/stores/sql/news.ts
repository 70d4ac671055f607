import type { JournalEntry, Seq } from "#core";

/** So many entries are read at a time. */
const PAGE = 256;

type Listener = (entries: readonly JournalEntry[]) => void;

export interface News {
  readonly head: Seq;
  subscribe(listener: Listener): () => void;
  /** Tells of a commit of this process, after everything that came before it. */
  announce(entries: readonly JournalEntry[]): Promise<void>;
  catchUp(): void | Promise<void>;
  follow(after: Seq, signal: AbortSignal): AsyncIterable<JournalEntry>;
  /** Ends all that follow. */
  close(): void;
}

export interface NewsParts {
  readonly head: Seq;
  readonly entries: (after: Seq, limit: number) => Promise<readonly JournalEntry[]>;
  readonly hasMoved: () => boolean;
  /** While somebody follows and waits, other processes' writes are looked for so often. */
  readonly watchEveryMs: number;
}

/** Tells of journal entries: each exactly once, in order, whoever wrote them. */
export function openNews(parts: NewsParts): News {
  const listeners = new Set<Listener>();
  const closing = new AbortController();
  let head = parts.head;
  let catching: Promise<void> | null = null;
  /** The last look at the journal failed, so there may be news although nothing has moved since. */
  let hasMissed = false;

  function tell(entries: readonly JournalEntry[]): void {
    const news = entries.filter((entry) => entry.seq > head);
    const last = news.at(-1);
    if (last === undefined) return;
    head = last.seq;
    for (const listener of listeners) {
      try {
        listener(news);
      } catch (error) {
        // The write stands, and the other listeners must hear of it: the bug surfaces as an uncaught exception.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  async function readOn(): Promise<void> {
    try {
      for (;;) {
        const entries = await parts.entries(head, PAGE);
        tell(entries);
        if (entries.length < PAGE) return;
      }
    } catch (error) {
      hasMissed = true;
      throw error;
    }
  }

  function catchUp(): void | Promise<void> {
    if (parts.hasMoved() || hasMissed) {
      hasMissed = false;
      const run: Promise<void> = readOn().finally(() => {
        if (catching === run) catching = null;
      });
      catching = run;
    }
    // Not moved since the last look, but what was found then may not have been told yet.
    return catching ?? undefined;
  }

  async function look(): Promise<void> {
    await catchUp();
  }

  /** Resolves when the head lies beyond `seq`, or at the abort. */
  async function beyond(seq: Seq, signal: AbortSignal): Promise<void> {
    if (head > seq || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const listener = (): void => resolve();
    listeners.add(listener);
    signal.addEventListener("abort", listener, { once: true });
    // What fails now is tried again the next time.
    const watch = setInterval(() => void look().catch(() => null), parts.watchEveryMs);
    watch.unref();
    try {
      await promise;
    } finally {
      clearInterval(watch);
      listeners.delete(listener);
      signal.removeEventListener("abort", listener);
    }
  }

  return {
    get head() {
      return head;
    },
    subscribe(listener) {
      // Wrapped, so that the same function subscribed twice is told twice and stopped once.
      const own: Listener = (entries) => listener(entries);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async announce(entries) {
      const [first] = entries;
      if (first !== undefined && first.seq > head + 1) await readOn();
      tell(entries);
    },
    catchUp,
    async *follow(after, outer) {
      const signal = AbortSignal.any([outer, closing.signal]);
      let seq = after;
      while (!signal.aborted) {
        const entries = await parts.entries(seq, PAGE);
        for (const entry of entries) {
          if (signal.aborted) return;
          seq = entry.seq;
          yield entry;
        }
        if (entries.length === 0) await beyond(seq, signal);
      }
    },
    close() {
      closing.abort();
    },
  };
}
