import { aWheelFile, uploadOf, type WheelOptions } from "./archives.ts";
import { ROOT_PASSWORD } from "./served.ts";

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `null` when it is none. */
  readonly json: Readonly<Record<string, unknown>> | null;
}

/** devpi's protocol spoken by hand, as its client does: the same requests can go to any server. */
export interface DevpiHttp {
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
  /** Uploads a wheel made of the options. */
  upload(index: string, wheel: WheelOptions, as?: Account | null): Promise<Answer>;
}

export type Account = readonly [user: string, password: string];
const USER_AGENT = "devpi-client/7.3.0 (py3.11.7; linux)";
export const ROOT_ACCOUNT: Account = ["root", ROOT_PASSWORD];

export interface AskOptions {
  readonly as?: Account | null;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export function devpiHttp(url: string): DevpiHttp {
  async function ask(method: string, path: string, options: AskOptions = {}): Promise<Answer> {
    const { as = ROOT_ACCOUNT, json, headers, body } = options;
    const login = as === null ? {} : { "x-devpi-auth": Buffer.from(as.join(":")).toString("base64") };
    const reply = await fetch(`${url}${path}`, {
      method,
      redirect: "manual",
      headers: {
        "user-agent": USER_AGENT,
        accept: "application/json",
        "content-type": "application/json",
        ...login,
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === undefined ? {} : { body }),
    });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, text, json: parsed(text) };
  }
  return {
    ask,
    upload(index, wheel, as = ROOT_ACCOUNT) {
      const { contentType, body } = uploadOf(aWheelFile(wheel), wheel);
      return ask("POST", `/${index}/`, { as, headers: { accept: "*/*", "content-type": contentType }, body });
    },
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}
