import type { JsonObject } from "#core";
import type { InjectedReply } from "#http";
import { expectStatus, jsonOf, openTestApp, type TestApp, type TestAppOptions } from "./test-app.ts";

/** The whole house with a few repositories that were made by Artifactory's REST. */
export interface ArtifactoryApp {
  readonly app: TestApp;
  /** Asks as root unless told otherwise; `path` is below `/artifactory`. */
  ask(method: string, path: string, options?: Wish): Promise<InjectedReply>;
  /** The same with the status that is expected, and the body as JSON. */
  read<Value>(path: string, status?: number): Promise<Value>;
  make(key: string, configuration: JsonObject): Promise<void>;
  /** A permission target for one user: Artifactory's letters by repository. */
  grant(user: string, repository: string, actions: readonly string[], include?: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Wish {
  readonly as?: string | null;
  readonly json?: unknown;
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Refused {
  readonly errors: readonly { readonly status: number; readonly message: string }[];
}

export async function openArtifactoryApp(options: TestAppOptions = {}): Promise<ArtifactoryApp> {
  const app = await openTestApp({ ...options, config: { upstream: "none", trashDays: 7, ...options.config } });
  const self: ArtifactoryApp = {
    app,
    ask(method, path, { as = "root", ...rest } = {}) {
      const visitor = as === null ? app.anyone() : app.as(as);
      return visitor.ask(method, `/artifactory${path}`, rest);
    },
    async read(path, status = 200) {
      return jsonOf(expectStatus(await self.ask("GET", path), status));
    },
    async make(key, json) {
      expectStatus(await self.ask("PUT", `/api/repositories/${key}`, { json }), 200);
    },
    async grant(user, repository, actions, include = "**") {
      const { governing } = app.app.registry;
      const words: Readonly<Record<string, string>> = {
        r: "read",
        n: "annotate",
        w: "publish",
        d: "remove",
        m: "administer",
      };
      await governing.savePermissionTarget(
        { kind: "system", reason: "test" },
        {
          name: `${user} on ${repository}`,
          repositories: [repository],
          includes: [include],
          excludes: [],
          users: { [user]: actions.map((letter) => words[letter] as "read") },
          groups: {},
        },
      );
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
    },
  };
  return self;
}

/** The message of a refusal in Artifactory's envelope. */
export function messageOf(reply: InjectedReply): string {
  return jsonOf<Refused>(reply).errors[0]?.message ?? "";
}
