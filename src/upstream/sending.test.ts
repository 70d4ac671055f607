import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { Instant } from "#core";
import { encodeForm, type SentForm, wordsOf } from "./sending.ts";
import { UpstreamFailure } from "./upstream.ts";
import { openUpstreams, type UpstreamsOptions } from "./upstreams.ts";

interface Seen {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly form: FormData;
}

interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly seen: readonly Seen[];
}

/** A server that takes forms apart as the platform does, and answers what the test wants. */
async function openReceiver(
  answer: { readonly status?: number; readonly type?: string; readonly text?: string; readonly location?: string } = {},
): Promise<Receiver> {
  const seen: Seen[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const type = request.headers["content-type"] ?? "";
    const form = await new Response(Buffer.concat(chunks), { headers: { "content-type": type } }).formData();
    seen.push({ method: request.method ?? "", headers: request.headers, form });
    const { location } = answer;
    response.writeHead(answer.status ?? 200, {
      "content-type": answer.type ?? "text/plain",
      ...(location === undefined ? {} : { location }),
    });
    response.end(answer.text ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}/legacy/?x=1`,
    host,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function openSender(options: Partial<UpstreamsOptions> = {}) {
  return openUpstreams({
    now: () => 1_000_000 as Instant,
    random: () => 0.123456789,
    userAgent: "vivarium/test",
    ...options,
    limits: { retryMilliseconds: 1, ...options.limits },
  });
}

function aForm(url: string, more: Partial<SentForm> = {}): SentForm {
  return { url, credentials: "us€r:pass:word", fields: [[":action", "submit"]], file: null, ...more };
}

const FILE = {
  field: "content",
  filename: 'odd "name".whl',
  sizeBytes: 6,
  async open() {
    return (async function* () {
      yield Buffer.from("abc");
      yield Buffer.from("def");
    })();
  },
};

test("a form arrives whole, with its file, its credentials and its length", async () => {
  await using receiver = await openReceiver({ status: 201 });
  await using upstreams = openSender({ sendHosts: [receiver.host] });
  const fields = [
    ["name", "häns"],
    ["classifiers", "A"],
    ["classifiers", "B"],
  ] as const;

  const reply = await upstreams.send(aForm(receiver.url, { fields, file: FILE }));

  assert.deepEqual(reply, { status: 201, text: "" });
  const [seen] = receiver.seen;
  assert.equal(seen?.method, "POST");
  assert.equal(seen?.headers.authorization, `Basic ${Buffer.from("us€r:pass:word").toString("base64")}`);
  assert.ok(Number(seen?.headers["content-length"]) > 0);
  assert.deepEqual(seen?.form.getAll("classifiers"), ["A", "B"]);
  assert.equal(seen?.form.get("name"), "häns");
  const file = seen?.form.get("content") as File;
  assert.equal(await file.text(), "abcdef");
  assert.equal(file.name, 'odd "name".whl');
});

test("whatever is answered is an answer, and is asked once", async () => {
  await using receiver = await openReceiver({
    status: 503,
    type: "text/html",
    text: "<title>x</title><p>not <b>now</b>",
  });
  await using upstreams = openSender({ sendHosts: [receiver.host] });

  assert.deepEqual(await upstreams.send(aForm(receiver.url)), { status: 503, text: "not now" });
  assert.equal(receiver.seen.length, 1);
});

test("redirects are not followed: the password was meant for one address", async () => {
  await using other = await openReceiver();
  await using receiver = await openReceiver({ status: 307, location: other.url });
  await using upstreams = openSender({ sendHosts: [receiver.host, other.host] });

  assert.equal((await upstreams.send(aForm(receiver.url))).status, 307);
  assert.equal(other.seen.length, 0);
});

test("nothing is sent to this machine unless the host is allowed", async () => {
  await using receiver = await openReceiver();
  await using upstreams = openSender({ sendHosts: ["127.0.0.1:1"] });
  const port = new URL(receiver.url).port;

  for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"]) {
    await assert.rejects(upstreams.send(aForm(`http://${host}:${port}/`)), /leads to this machine itself/, host);
  }
  assert.equal(receiver.seen.length, 0);
});

test("addresses that are none of http or https are refused", async () => {
  await using upstreams = openSender();
  for (const url of ["file:///etc/passwd", "ftp://x.example/", "nothing"]) {
    await assert.rejects(upstreams.send(aForm(url)), UpstreamFailure);
  }
});

test("a server that fails for what is sent is still asked for what is read", async () => {
  await using receiver = await openReceiver({ status: 502 });
  await using upstreams = openSender({ sendHosts: [receiver.host], limits: { failuresMax: 1, retries: 0 } });
  await upstreams.send(aForm(receiver.url));
  await assert.rejects(upstreams.send(aForm(receiver.url)), /not asked/);

  assert.equal(upstreams.for({ url: receiver.url, credentials: null }).health().isOpen, false);
});

test("names in a form cannot end their line", async () => {
  const { body, sizeBytes } = encodeForm({ fields: [['a"\r\nX: y', "v"]], file: null }, "b");
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  assert.match(text, /name="a%22%0D%0AX: y"/);
  assert.equal(sizeBytes, Buffer.byteLength(text));
});

test("the words of an answer are few, and found quickly in whatever a server sends", () => {
  assert.equal(wordsOf("a\n b", "text/plain"), "a b");
  assert.equal(
    wordsOf("<style>x{}</style><h1>400</h1>  File <i>exists</i>", "text/html; charset=utf-8"),
    "400 File exists",
  );
  assert.equal(wordsOf("x".repeat(10_000), "text/plain").length, 500);
  assert.equal(wordsOf("<script".repeat(50_000), "text/html").length, 500);
});
