import type { Json, JsonObject, Properties } from "#core";
import { listIn, objectIn } from "../../json-values.ts";
import { encodedPath } from "../places.ts";

/** GET of an address below the server's `/artifactory/`; whoever hands it in signs the requests in. */
export type ArtifactoryAsk = (address: string, isFile: boolean) => Promise<ArtifactoryReply>;

export interface ArtifactoryReply {
  readonly status: number;
  bytes(sizeBytesMax: number): Promise<Uint8Array>;
  readonly body: AsyncIterable<Uint8Array>;
  cancel(): void;
}

/** What an Artifactory that runs has, read through its own interface. */
export interface ArtifactorySource {
  readonly where: string;
  /** Whole configurations, of every kind. */
  repositories(): Promise<readonly JsonObject[]>;
  users(): Promise<readonly JsonObject[]>;
  groups(): Promise<readonly JsonObject[]>;
  permissions(): Promise<readonly { readonly name: string; readonly isV2: boolean; readonly body: JsonObject }[]>;
  /** All files of a local repository. */
  files(key: string): Promise<readonly SourceFile[]>;
  /** Empty where there are none. */
  properties(key: string, path: string): Promise<Properties>;
  /** The file's bytes, to be read to their end. */
  open(key: string, path: string): Promise<AsyncIterable<Uint8Array>>;
}

export interface SourceFile {
  /** Without a slash in front. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hex; what the source does not say is not there. */
  readonly digests: Readonly<Partial<Record<"sha256" | "sha1", string>>>;
  /** Milliseconds since the epoch; `null`: not said. */
  readonly modifiedAt: number | null;
}

/** The source is not what it should be, or does not let us in; the message says what to do. */
export class SourceFault extends Error {
  override readonly name: string = "SourceFault";
}

/** A list of a million files takes some 200 MB. */
const JSON_BYTES_MAX = 512 * 1024 * 1024;
/** Of the server's own use; what they hold is made anew here. */
const OWN_FOLDERS = [".pypi/", ".npm/", ".jfrog/"];

/** `url`: of the server's `/artifactory/`. Throws {@link SourceFault} when it is none, or does not let an administrator in. */
export async function openArtifactory(url: string, ask: ArtifactoryAsk): Promise<ArtifactorySource> {
  const questions = openQuestions(url, ask);
  const version = objectOf(await questions.json("api/system/version"));
  if (typeof version["version"] !== "string") throw new SourceFault(`${url} is no Artifactory: it tells no version`);

  async function each(list: string, one: (item: JsonObject) => string): Promise<JsonObject[]> {
    const found: JsonObject[] = [];
    for (const item of listIn(await questions.json(list)))
      found.push(objectOf(await questions.json(one(objectOf(item)))));
    return found;
  }

  return {
    where: url,
    repositories: () => each("api/repositories", ({ key }) => `api/repositories/${segment(key)}`),
    users: () => each("api/security/users", ({ name }) => `api/security/users/${segment(name)}`),
    groups: () => each("api/security/groups", ({ name }) => `api/security/groups/${segment(name)}?includeUsers=true`),
    async permissions() {
      const found: { name: string; isV2: boolean; body: JsonObject }[] = [];
      for (const item of listIn(await questions.json("api/security/permissions"))) {
        const name = String(objectOf(item)["name"]);
        // Older servers know the first kind only.
        const second = await questions.jsonOrNull(`api/v2/security/permissions/${segment(name)}`);
        const body = second ?? (await questions.json(`api/security/permissions/${segment(name)}`));
        found.push({ name, isV2: second !== null, body: objectOf(body) });
      }
      return found;
    },
    async files(key) {
      const list = objectOf(await questions.json(`api/storage/${segment(key)}?list&deep=1&listFolders=0`));
      return listIn(list["files"]).flatMap((item) => fileOf(objectOf(item)));
    },
    async properties(key, path) {
      const reply = await questions.jsonOrNull(`api/storage/${segment(key)}/${encodedPath(path)}?properties`);
      return propertiesOf(objectOf(objectOf(reply)["properties"]));
    },
    open: (key, path) => questions.file(`${segment(key)}/${encodedPath(path)}`),
  };
}

function openQuestions(url: string, ask: ArtifactoryAsk) {
  async function asked(address: string, isFile = false): Promise<ArtifactoryReply> {
    const reply = await ask(address, isFile);
    if (reply.status === 401 || reply.status === 403) {
      reply.cancel();
      throw new SourceFault(
        `${url}${address} is refused (${reply.status}): an administrator's token is needed; give it with --token-file or VIVARIUM_ARTIFACTORY_TOKEN`,
      );
    }
    return reply;
  }

  async function read(address: string, reply: ArtifactoryReply): Promise<Json> {
    const text = Buffer.from(await reply.bytes(JSON_BYTES_MAX)).toString("utf8");
    try {
      return JSON.parse(text) as Json;
    } catch {
      throw new SourceFault(`${url}${address} answers with no JSON: name the address that ends in /artifactory`);
    }
  }

  return {
    async json(address: string): Promise<Json> {
      const reply = await asked(address);
      if (reply.status === 200) return read(address, reply);
      reply.cancel();
      throw new SourceFault(`${url}${address} answers ${reply.status}: name the address that ends in /artifactory`);
    },
    async jsonOrNull(address: string): Promise<Json | null> {
      const reply = await asked(address);
      if (reply.status === 200) return read(address, reply);
      reply.cancel();
      if (reply.status === 404 || reply.status === 400 || reply.status === 405) return null;
      throw new SourceFault(`${url}${address} answers ${reply.status}; try again`);
    },
    async file(address: string): Promise<AsyncIterable<Uint8Array>> {
      const reply = await asked(address, true);
      if (reply.status === 200) return reply.body;
      reply.cancel();
      throw new SourceFault(`${url}${address} answers ${reply.status}`);
    },
  };
}

function fileOf({ uri, size, folder, sha1, sha2, lastModified }: JsonObject): SourceFile[] {
  if (typeof uri !== "string" || folder === true) return [];
  const path = uri.replace(/^\/+/, "");
  if (OWN_FOLDERS.some((own) => path.startsWith(own))) return [];
  const modified = typeof lastModified === "string" ? Date.parse(lastModified) : Number.NaN;
  return [
    {
      path,
      sizeBytes: Number(size),
      digests: {
        ...(typeof sha2 === "string" && sha2 !== "" ? { sha256: sha2.toLowerCase() } : {}),
        ...(typeof sha1 === "string" && sha1 !== "" ? { sha1: sha1.toLowerCase() } : {}),
      },
      modifiedAt: Number.isNaN(modified) ? null : modified,
    },
  ];
}

function propertiesOf(given: JsonObject): Properties {
  const pairs = Object.entries(given).map(([key, values]) => [key, listIn(values).map(String)] as const);
  return Object.fromEntries(pairs.filter(([, values]) => values.length > 0));
}

function objectOf(value: Json | undefined): JsonObject {
  return objectIn(value) ?? {};
}

function segment(value: Json | undefined): string {
  return encodeURIComponent(String(value));
}
