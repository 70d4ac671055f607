import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Asks at the terminal without showing what is typed; `null`: there is no terminal, or the answer was cut off. */
export async function askSecret(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  process.stderr.write(question);
  // The line editor echoes into nothing; the terminal itself does not echo while it is open.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise((resolve) => {
      lines.once("line", resolve);
      lines.once("SIGINT", () => {
        lines.close();
        process.kill(process.pid, "SIGINT");
      });
      lines.once("close", () => resolve(null));
    });
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
