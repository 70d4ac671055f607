import { type Call, refuse } from "#core";

/** Whether `?list&deep=1` and the like say yes: `1` or `true`. `otherwise`: where it is not given, or without a value. */
export function flagIn(call: Call, name: string, otherwise: boolean): boolean {
  const text = call.query.get(name)?.toLowerCase() ?? "";
  if (text === "") return otherwise;
  return text === "1" || text === "true";
}

/** A whole number; `null`: not given. */
export function wholeIn(call: Call, name: string): number | null {
  const text = call.query.get(name) ?? "";
  if (text === "") return null;
  if (!/^\d{1,15}$/.test(text)) {
    throw refuse({ code: "request-invalid", because: `'${name}' must be a whole number, and '${text}' is none.` });
  }
  return Number(text);
}

/** The parts of a list with commas between them; `null`: not given. */
export function listIn(call: Call, name: string): readonly string[] | null {
  const parts = (call.query.get(name) ?? "").split(",").map((part) => part.trim());
  const given = parts.filter((part) => part !== "");
  return given.length === 0 ? null : given;
}
