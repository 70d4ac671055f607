import { accountOf, type Call, type JsonObject, type Reply, refuse } from "#core";
import type { SentStep, Shipment } from "#registry";
import { resultReply } from "./answers.ts";
import type { DevpiParts } from "./parts.ts";

/** `devpi push … pypi:name`: the server uploads the version to the address that the client sends along, with its password. */
export async function pushElsewhere(
  parts: DevpiParts,
  call: Call,
  wish: JsonObject,
  what: Omit<Shipment, "to">,
): Promise<Reply> {
  const { posturl: url, username, password } = wish;
  if (typeof url !== "string" || typeof username !== "string" || typeof password !== "string") {
    const because =
      "Bad request: 'targetindex' is needed, as user/index, or 'posturl', 'username' and 'password' of another server";
    throw refuse({ code: "request-invalid", because });
  }
  if (accountOf(call.principal) === null) {
    // devpi has anybody's versions sent anywhere by anybody; here somebody answers for what goes out.
    throw refuse({
      code: "not-permitted",
      action: "read",
      because: "only those who have logged in can push to another server",
    });
  }
  const isRegistering = wish["register_project"] === true;
  const steps = await parts.registry.elsewhere.send(call.principal, {
    ...what,
    to: { url, username, password, isRegistering },
  });
  const { status } = steps.at(-1) ?? { status: null };
  const isDone = status === 200 || status === 201;
  return resultReply(
    "actionlog",
    steps.map((step) => actionOf(step, what)),
    { status: isDone ? 200 : 502 },
  );
}

/** One line of the action log; the client looks at the status in front. */
function actionOf(
  { kind, what, status, text }: SentStep,
  { from, version }: Omit<Shipment, "to">,
): (string | number)[] {
  switch (kind) {
    case "register":
      return status === null ? [-1, "exception on register:", text] : [status, "register", what, version];
    case "file":
      if (status === null) return [-1, "exception on release upload:", text];
      return [status, "upload", `${from}/${what}`, status === 200 || status === 201 ? "" : text];
    case "documentation":
      return status === null ? [-1, "exception on documentation upload:", text] : [status, "docfile", what];
  }
}
