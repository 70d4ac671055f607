import type { CommandOption } from "../command.ts";
import { durationSeconds } from "../durations.ts";
import { sizeBytesFrom } from "../sizes.ts";
import { many, one, type Typed, usage } from "../typed.ts";

/** An option that becomes a field of a body. */
export interface FieldOption extends CommandOption {
  readonly field: string;
  readonly kind:
    | "text"
    | "choice"
    | "list"
    | "yes-no"
    | "no-yes"
    | "duration"
    | "hours"
    | "milliseconds"
    | "size"
    | "json";
}

/** Said once wherever fields are changed. */
export const CLEARING = "An option left out leaves its setting as it is; an empty value ('') clears it.";

/** The fields that were given. An empty value clears: `null` for a text, `[]` for a list. */
export function fieldsFrom(typed: Typed, options: readonly FieldOption[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const option of options) {
    const value = option.kind === "list" ? many(typed, option.name) : valueFrom(option, one(typed, option.name));
    if (option.kind === "list" ? value !== null : value !== undefined) fields[option.field] = value;
  }
  return fields;
}

/** `undefined`: not given. */
function valueFrom({ name, kind }: FieldOption, text: string | null): unknown {
  if (text === null) return undefined;
  switch (kind) {
    case "yes-no":
      return text === "yes";
    case "no-yes":
      return text === "no";
    case "duration":
      return durationSeconds(name, text);
    case "hours":
      return text === "" ? 0 : Math.ceil(durationSeconds(name, text) / 3600);
    case "milliseconds":
      return text === "" ? null : durationSeconds(name, text) * 1000;
    case "size":
      return text === "" ? null : sizeBytesFrom(name, text);
    case "json":
      return text === "" ? null : jsonFrom(name, text);
    default:
      return text === "" ? null : text;
  }
}

function jsonFrom(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`--${name} is not JSON: write an object in quotes, for example '{"team": "web"}'`);
  }
}

/** Refuses a change without anything in it, which is rather a slip than a wish. */
export function somethingIn<Fields extends object>(fields: Fields, what: string): Fields {
  if (Object.keys(fields).length > 0) return fields;
  throw usage(`nothing to change was given for ${what}: --help lists the options`);
}
