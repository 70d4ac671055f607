import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Clients, type Ended, ROOT } from "./clients.ts";

const RUN_SECONDS_MAX = 60;
const STOP_MILLISECONDS_MAX = 5_000;

/** The real devpi client, held ready: a command costs a fork instead of the start of an interpreter. */
export interface DevpiClient extends AsyncDisposable {
  run(
    args: readonly string[],
    options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly input: string },
  ): Promise<Ended>;
}

export function openDevpiClient(clients: Clients): DevpiClient {
  const child = spawn(join(clients.bin, "python"), [join(ROOT, "tests", "support", "devpi-client.py")], {
    cwd: clients.home,
    env: clients.env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();

  async function ask(question: string): Promise<Ended> {
    child.stdin.write(`${question}\n`);
    const answer = await answers.next();
    if (answer.done === true) throw new Error("the devpi client's process has ended");
    return JSON.parse(answer.value) as Ended;
  }

  return {
    run(args, { cwd, env, input }) {
      const question = JSON.stringify({ args, cwd, env, input, seconds_max: RUN_SECONDS_MAX });
      // One after the other, as they share their settings.
      const running = last.then(() => ask(question));
      last = running.catch(() => undefined);
      return running;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MILLISECONDS_MAX);
      await ended;
      clearTimeout(timer);
    },
  };
}
