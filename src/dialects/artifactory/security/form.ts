import { type Call, type JsonObject, refuse } from "#core";
import { textOfBody } from "../../body-text.ts";
import { objectOf } from "../json-fields.ts";

const FORM_BYTES_MAX = 64 * 1024;

/** The body of a call that some clients send as JSON and some as a form; nothing at all is an empty one. */
export async function formOf(call: Call): Promise<JsonObject> {
  const type = (call.header("content-type") ?? "").toLowerCase();
  if (type.includes("json")) return objectOf((await call.json()) ?? {});
  const text = await textOfBody(call, "form", FORM_BYTES_MAX);
  if (text.trimStart().startsWith("{")) return objectOf(parsed(text));
  return Object.fromEntries(new URLSearchParams(text));
}

function parsed(text: string) {
  try {
    return JSON.parse(text) as JsonObject;
  } catch (cause) {
    throw refuse({ code: "request-invalid", because: "the body is neither a form nor JSON" }, cause);
  }
}
