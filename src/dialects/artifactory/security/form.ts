import { type Call, type JsonObject, refuse } from "#core";
import { objectOf } from "../json-fields.ts";

const FORM_BYTES_MAX = 64 * 1024;

/** The body of a call that some clients send as JSON and some as a form; nothing at all is an empty one. */
export async function formOf(call: Call): Promise<JsonObject> {
  const type = (call.header("content-type") ?? "").toLowerCase();
  if (type.includes("json")) return objectOf((await call.json()) ?? {});
  const text = await textOf(call);
  if (text.trimStart().startsWith("{")) return objectOf(parsed(text));
  return Object.fromEntries(new URLSearchParams(text));
}

async function textOf(call: Call): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of call.body()) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > FORM_BYTES_MAX) {
      throw refuse({ code: "too-large", what: "form", sizeBytesMax: FORM_BYTES_MAX });
    }
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string) {
  try {
    return JSON.parse(text) as JsonObject;
  } catch (cause) {
    throw refuse({ code: "request-invalid", because: "the body is neither a form nor JSON" }, cause);
  }
}
