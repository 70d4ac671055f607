import assert from "node:assert/strict";
import { join } from "node:path";
import type { WheelOptions } from "./archives.ts";
import { type Clients, type Ended, openClients } from "./clients.ts";
import { type DevpiClient, openDevpiClient } from "./devpi-client.ts";
import { type Account, type AskOptions, type DevpiHttp, devpiHttp } from "./devpi-http.ts";
import { exchangeLines, neutralText, type OwnNames } from "./neutral.ts";
import { openRecordingProxy, type RecordingProxy } from "./recording-proxy.ts";
import { type Served, serveDevpi, serveVivarium } from "./served.ts";

/** A difference between devpi-server and ours that is meant. */
export interface Difference {
  /** Fits the lines of a report that it explains: `<step> · <side> only: <line>`. */
  readonly pattern: RegExp;
  readonly reason: string;
  /** Shows in some runs only, because it depends on what was chosen at random; so a run without it proves nothing. */
  readonly isByChance?: true;
}

/** One server with a client of its own. */
export interface Side {
  readonly name: "devpi" | "ours";
  readonly url: string;
  readonly home: string;
  readonly clients: Clients;
  readonly http: DevpiHttp;
}

export interface CommandOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Made by `prepare`, or a folder of the client's home. */
  readonly cwd?: string;
  /** What happens besides is compared; what is printed is not. */
  readonly isQuiet?: boolean;
}

/** The same done to a real devpi-server and to ours; what differs is kept until it is asked for. */
export interface SideBySide extends AsyncDisposable {
  readonly sides: readonly [theirs: Side, ours: Side];
  /** Runs the devpi client on both sides. It has to succeed where devpi-server answers. `{H}`: the server; `{home}`: the home. */
  devpi(command: string, options?: CommandOptions): Promise<void>;
  /** The same for a command that devpi-server refuses. */
  fails(command: string, options?: CommandOptions): Promise<void>;
  /** The same for a command of which only counts that both servers take it alike. */
  either(command: string, options?: CommandOptions): Promise<void>;
  /** Uploads a wheel by hand. */
  upload(index: string, wheel: WheelOptions, as: Account | null): Promise<void>;
  /** Asks both servers by hand. */
  ask(as: Account | null, method: string, path: string, options?: Omit<AskOptions, "as">): Promise<void>;
  /** Keeps a word that each side has for itself: `{name}` in commands, `<name>` in reports. */
  keep(name: string, find: (side: Side) => Promise<string>): Promise<void>;
  /** Anything else, that ends in lines to compare. */
  compare(step: string, act: (side: Side) => Promise<readonly string[]>): Promise<void>;
  /** What differed since it was asked last and is explained by none of the differences. */
  unexplained(): readonly string[];
  /** The differences that explained nothing so far. */
  unneeded(): readonly Difference[];
}

interface OpenSide extends Side {
  readonly names: OwnNames;
  readonly proxy: RecordingProxy;
  readonly client: DevpiClient;
}

/** `args` follow `vivarium serve`. */
export async function openSideBySide(
  upstream: string,
  args: readonly string[],
  differences: readonly Difference[],
): Promise<SideBySide> {
  await using opened = new AsyncDisposableStack();
  const servers = opened.use(await openClients("devpi-server"));
  const starting = [
    openSide(opened, "devpi", serveDevpi(servers)),
    openSide(opened, "ours", serveVivarium({ upstream, args: ["--signup", "open", ...args] })),
  ] as const;
  // Both, also when one fails: what was started is closed in any case.
  await Promise.allSettled(starting);
  const [theirs, ours] = await Promise.all(starting);
  const needed = new Set<Difference>();
  let found: string[] = [];

  async function compare(step: string, act: (side: OpenSide) => Promise<readonly string[]>): Promise<void> {
    const [expected, actual] = await Promise.all([act(theirs), act(ours)]);
    for (const line of differencesOf(expected, actual)) {
      const difference = `${step} · ${line}`;
      const explanations = differences.filter(({ pattern }) => pattern.test(difference));
      for (const explanation of explanations) needed.add(explanation);
      if (explanations.length === 0) found.push(difference);
    }
  }

  async function run(command: string, isMeantToFail: boolean | null, options: CommandOptions): Promise<void> {
    await compare(`devpi ${command}`, async (side) => {
      side.proxy.take();
      const ended = await runDevpi(side, command, options);
      if (side.name === "devpi" && isMeantToFail !== null) {
        assert.equal(
          ended.status !== 0,
          isMeantToFail,
          `devpi ${command} ended with ${ended.status}:\n${ended.output}`,
        );
      }
      const said = options.isQuiet === true ? [] : neutralText(ended.output, side.names).split("\n");
      const lines = [`ended with ${ended.status}`, ...said.map((line) => `says ${line}`)];
      return [...lines, ...side.proxy.take().flatMap((exchange) => exchangeLines(exchange, side.names))];
    });
  }

  const closing = opened.move();
  return {
    sides: [theirs, ours],
    devpi: (command, options = {}) => run(command, false, options),
    fails: (command, options = {}) => run(command, true, options),
    either: (command, options = {}) => run(command, null, options),
    upload: (index, wheel, as) =>
      compare(`${as?.[0] ?? "anyone"} uploads ${wheel.name} ${wheel.version} to ${index}`, async (side) => {
        side.proxy.take();
        await side.http.upload(index, wheel, as);
        return side.proxy.take().flatMap((exchange) => exchangeLines(exchange, side.names));
      }),
    ask: (as, method, path, options = {}) =>
      compare(`${as?.[0] ?? "anyone"} asks ${method} ${path} ${JSON.stringify(options.json ?? "")}`, async (side) => {
        side.proxy.take();
        await side.http.ask(method, path, { ...options, as });
        return side.proxy.take().flatMap((exchange) => exchangeLines(exchange, side.names));
      }),
    async keep(name, find) {
      for (const side of [theirs, ours]) side.names.words.set(name, await find(side));
    },
    compare: (step, act) =>
      compare(step, async (side) => (await act(side)).map((line) => neutralText(line, side.names))),
    unexplained() {
      const told = found;
      found = [];
      return told;
    },
    unneeded: () => differences.filter((difference) => difference.isByChance !== true && !needed.has(difference)),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

async function openSide(
  opened: AsyncDisposableStack,
  name: Side["name"],
  starting: Promise<Served>,
): Promise<OpenSide> {
  const served = opened.use(await starting);
  const clients = opened.use(await openClients("devpi-client"));
  const proxy = opened.use(await openRecordingProxy(served.url));
  const client = opened.use(openDevpiClient(clients));
  const names = {
    host: proxy.host,
    home: clients.home,
    built: new Map<string, string>(),
    words: new Map<string, string>(),
  };
  return { name, url: proxy.url, http: devpiHttp(proxy.url), home: clients.home, clients, names, proxy, client };
}

function runDevpi(side: OpenSide, command: string, options: CommandOptions): Promise<Ended> {
  const words = new Map([["H", side.url], ["HOST", side.names.host], ["home", side.home], ...side.names.words]);
  const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (whole, word: string) => words.get(word) ?? whole);
  const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => filled(quoted ?? plain ?? ""));
  const env = Object.fromEntries(Object.entries(options.env ?? {}).map(([name, value]) => [name, filled(value)]));
  return side.client.run(args, {
    // Red is how the client shows what went wrong or is shadowed; pip's settings are part of what is compared.
    env: { PY_COLORS: "1", PIP_CONFIG_FILE: join(side.home, "pip.conf"), ...env },
    cwd: options.cwd === undefined ? side.home : filled(options.cwd),
    input: options.input ?? "",
  });
}

/** Lines that only one side has; when both have the same ones, whether they come in the same order. */
function differencesOf(theirs: readonly string[], ours: readonly string[]): readonly string[] {
  const only = [
    ...without(theirs, ours).map((line) => `devpi only: ${line}`),
    ...without(ours, theirs).map((line) => `ours only: ${line}`),
  ];
  if (only.length > 0 || theirs.every((line, place) => line === ours[place])) return only;
  return [`the same lines in another order: ${theirs.find((line, place) => line !== ours[place])}`];
}

function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}
