import { type Properties, refuse } from "#core";
import { keyFault } from "./property-syntax.ts";

/** A content address, taken apart. */
export interface MatrixAddress {
  /** Percent-decoded, without the parameters; below the context path, without a slash in front. */
  readonly path: string;
  /** What the parameters say, in their order. */
  readonly properties: Properties;
}

/**
 * Reads a raw content path: `repo/folder/file;key=value;key2=a,b`. Parameters begin at a `;` that was sent as such;
 * `%3B` is part of a name. Keys and values are decoded after they were told apart; repeated keys add values.
 */
export function readMatrix(rawPath: string): MatrixAddress {
  const properties = new Map<string, string[]>();
  const segments = rawPath.split("/").map((segment) => {
    const [name = "", ...parameters] = segment.split(";");
    for (const parameter of parameters) addParameter(parameter, properties);
    return decoded(name);
  });
  return { path: segments.join("/"), properties: Object.fromEntries(properties) };
}

function addParameter(parameter: string, properties: Map<string, string[]>): void {
  if (parameter === "") return;
  const mark = parameter.indexOf("=");
  const key = decoded(mark < 0 ? parameter : parameter.slice(0, mark)).replace(/\+$/, "");
  const fault = keyFault(key);
  if (fault !== null) throw refuse({ code: "request-invalid", because: fault });
  const values = (mark < 0 ? "" : parameter.slice(mark + 1)).split(",").map(decoded);
  const known = properties.get(key);
  if (known === undefined) properties.set(key, values);
  else known.push(...values.filter((value) => !known.includes(value)));
}

function decoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse({ code: "request-invalid", because: `The percent-encoding of '${text}' cannot be read.` });
  }
}
