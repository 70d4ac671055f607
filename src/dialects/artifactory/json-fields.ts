import { type Json, type JsonObject, refuse } from "#core";

/**
 * Reads single fields of a client's JSON. `undefined`: not given, or `null`, which clients send for "as it is by
 * default". Numbers and booleans may come as texts, as some scripts write them.
 */

export function objectOf(body: Json | undefined): JsonObject {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as JsonObject;
  throw invalid("The body must be a JSON object.");
}

export function textField(body: JsonObject, name: string): string | undefined {
  const value = given(body, name);
  if (value === undefined || typeof value === "string") return value;
  throw invalid(`The field '${name}' must be a text.`);
}

export function flagField(body: JsonObject, name: string): boolean | undefined {
  const value = given(body, name);
  if (value === undefined || typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.toLowerCase() : "";
  if (word === "true" || word === "false") return word === "true";
  throw invalid(`The field '${name}' must be true or false.`);
}

export function wholeField(body: JsonObject, name: string): number | undefined {
  const value = given(body, name);
  if (value === undefined) return undefined;
  const count = typeof value === "string" && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value;
  if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0) return count;
  throw invalid(`The field '${name}' must be a whole number, 0 or more.`);
}

export function textsField(body: JsonObject, name: string): readonly string[] | undefined {
  const value = given(body, name);
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as readonly string[];
  throw invalid(`The field '${name}' must be a list of texts.`);
}

export function given(body: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(body, name) ? (body[name] ?? undefined) : undefined;
}

function invalid(because: string): Error {
  return refuse({ code: "setting-invalid", because });
}
