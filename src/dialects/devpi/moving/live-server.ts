import type { Json, JsonObject } from "#core";
import { digestsIn, hashSpecIn, instantIn, listIn, objectIn, textIn } from "../../json-values.ts";
import { openLimiter } from "./limiter.ts";
import { type DevpiFile, type DevpiIndex, type DevpiProject, type DevpiSource, SourceFault } from "./source.ts";

/** GET of an address below the server's; whoever hands it in signs the requests in. */
export type DevpiAsk = (address: string, accept: string) => Promise<DevpiReply>;

export interface DevpiReply {
  readonly status: number;
  header(name: string): string | null;
  bytes(sizeBytesMax: number): Promise<Uint8Array>;
  readonly body: AsyncIterable<Uint8Array>;
  cancel(): void;
}

/** What a version with thousands of files, or a mirror's list of all projects, may take. */
const JSON_BYTES_MAX = 256 * 1024 * 1024;
const QUESTIONS_AT_ONCE = 8;
const KINDS: Readonly<Record<string, DevpiFile["kind"]>> = {
  releasefile: "release",
  doczip: "documentation",
  toxresult: "test-result",
};

/** Asks a running devpi what it has; throws {@link SourceFault} when it is none, or does not let us in. */
export async function openLiveServer(url: string, user: string, ask: DevpiAsk): Promise<DevpiSource> {
  const limit = openLimiter(QUESTIONS_AT_ONCE);
  const questions: Questions = { url, get: (address, accept) => limit(() => ask(address, accept)) };
  await refuseStranger(questions, user);
  const { body, reply } = await resultOf(questions, "", "list:userconfig");
  const users = Object.entries(body).map(([name, value]) => {
    const { indexes, ...config } = objectIn(value) ?? {};
    return { name, config, indexes: objectIn(indexes) ?? {} };
  });
  const indexes = await Promise.all(
    users.flatMap((owner) =>
      Object.entries(owner.indexes).map(([name, config]) =>
        readIndex(questions, `${owner.name}/${name}`, objectIn(config) ?? {}),
      ),
    ),
  );
  return {
    where: url,
    hasPasswords: false,
    isLive: true,
    users: users.map(({ name, config }) => ({ name, config, password: null })),
    indexes,
    filesTotal: null,
    serial: reply.header("x-devpi-serial"),
    installation: reply.header("x-devpi-uuid"),
    project: (index, name) => readProject(questions, index, name),
  };
}

interface Questions {
  readonly url: string;
  get(address: string, accept: string): Promise<DevpiReply>;
}

/** A devpi answers a wrong password as if nobody had signed in, so it is asked who it takes us for. */
async function refuseStranger(questions: Questions, user: string): Promise<void> {
  const { body } = await resultOf(questions, "+api", "apiconfig");
  const status = listIn(body["authstatus"]);
  if (status[0] === "ok") return;
  throw new SourceFault(
    `${questions.url} does not let ${user} in: the name or the password is wrong; give them with --user and --password-file`,
  );
}

async function readIndex(questions: Questions, name: string, config: JsonObject): Promise<DevpiIndex> {
  // A mirror's projects are its upstream's, and are read through again.
  if (config["type"] === "mirror") return { name, config, projects: [] };
  const { body } = await resultOf(questions, encoded(name), "indexconfig");
  const { projects, ...options } = body;
  return { name, config: options, projects: listIn(projects).map(String) };
}

async function readProject(questions: Questions, { name: index }: DevpiIndex, name: string): Promise<DevpiProject> {
  const address = `${encoded(index)}/${encodeURIComponent(name)}?ignore_bases=`;
  const { body } = await resultOf(questions, address, "projectconfig");
  const versions = Object.entries(body).map(([version, value]) => ({ version, record: objectIn(value) ?? {} }));
  return {
    versions: versions.map(({ version, record }) => ({ version, record: withoutLinks(record) })),
    files: versions.flatMap(({ version, record }) =>
      listIn(record["+links"]).flatMap((link) => readLink(questions, index, version, objectIn(link) ?? {})),
    ),
  };
}

function withoutLinks(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !key.startsWith("+")));
}

function readLink(questions: Questions, index: string, version: string, link: JsonObject): readonly DevpiFile[] {
  const href = textIn(link["href"]);
  const kind = KINDS[textIn(link["rel"]) ?? ""];
  const address = href === null ? null : URL.parse(href, questions.url);
  if (address === null || kind === undefined) return [];
  address.hash = "";
  const about = textIn(link["for_href"]);
  const filename = lastPartOf(address);
  return [
    {
      kind,
      filename,
      version,
      digests: { ...hashSpecIn(link["hash_spec"]), ...digestsIn(link["hashes"]) },
      log: link["log"] ?? null,
      about: about === null ? null : lastPartOf(new URL(about, questions.url)),
      url: null,
      where: `${index}: ${filename}`,
      open: () => openLink(questions, address),
    },
  ];
}

async function openLink(questions: Questions, address: URL) {
  // The server may call itself by another name than the one by which it was reached.
  const { pathname } = new URL(questions.url);
  const own = address.pathname.startsWith(pathname)
    ? address.pathname.slice(pathname.length)
    : address.pathname.slice(1);
  const reply = await questions.get(own, "*/*");
  if (reply.status !== 200) {
    reply.cancel();
    throw new SourceFault(`${questions.url} answers ${reply.status} for ${address.pathname}, which it lists`);
  }
  return { bytes: reply.body, lastModified: instantIn(reply.header("last-modified") ?? undefined) };
}

async function resultOf(
  questions: Questions,
  address: string,
  type: string,
): Promise<{ readonly body: JsonObject; readonly reply: DevpiReply }> {
  const reply = await questions.get(address, "application/json");
  const bytes = await reply.bytes(JSON_BYTES_MAX);
  const answer = parsed(bytes);
  const result = objectIn(answer?.["result"]);
  if (reply.status === 200 && answer?.["type"] === type && result !== null) return { body: result, reply };
  const said = textIn(answer?.["message"]) ?? "something that is not devpi's answer";
  throw new SourceFault(`${questions.url}${address} answers ${reply.status}: ${said}`);
}

function parsed(bytes: Uint8Array): JsonObject | null {
  try {
    return objectIn(JSON.parse(new TextDecoder().decode(bytes)) as Json);
  } catch {
    return null;
  }
}

function encoded(index: string): string {
  return index.split("/").map(encodeURIComponent).join("/");
}

function lastPartOf({ pathname }: URL): string {
  return decodeURIComponent(pathname.split("/").at(-1) ?? "");
}
