import { type Json, type JsonObject, refuse } from "#core";
import { flagField, given } from "../json-fields.ts";
import { type Field, field, type Spelling } from "./spelling.ts";

/** Fields that mean nothing here and are given back as they came. */
export interface KeptFields {
  readonly names: (spelling: Spelling) => readonly string[];
  /** Those that were given, by their classic names, over what was kept before. */
  read(body: JsonObject, spelling: Spelling, before: JsonObject): JsonObject;
  show(kept: JsonObject, spelling: Spelling): JsonObject;
}

interface KeptField extends Field {
  /** Shown where none was given; `undefined`: nothing is shown then. */
  readonly otherwise: Json | undefined;
}

export function keptField(classic: string, access: string, otherwise?: Json): KeptField {
  return { ...field(classic, access), otherwise };
}

export function keptFields(fields: readonly KeptField[]): KeptFields {
  return {
    names: (spelling) => fields.map((one) => one[spelling]),
    read(body, spelling, before) {
      const read = fields.flatMap((one): [string, Json][] => {
        const value = typeof one.otherwise === "boolean" ? flagField(body, one[spelling]) : given(body, one[spelling]);
        return value === undefined ? [] : [[one.classic, value]];
      });
      return limited({ ...before, ...Object.fromEntries(read) });
    },
    show(kept, spelling) {
      const shown = fields.flatMap((one): [string, Json][] => {
        const value = Object.hasOwn(kept, one.classic) ? kept[one.classic] : one.otherwise;
        return value === undefined ? [] : [[one[spelling], value]];
      });
      return Object.fromEntries(shown);
    },
  };
}

const KEPT_LENGTH_MAX = 64 * 1024;

/** What is only kept must not fill the journal. */
export function limited(kept: JsonObject): JsonObject {
  if (JSON.stringify(kept).length <= KEPT_LENGTH_MAX) return kept;
  const because = `fields that mean nothing here take more than ${KEPT_LENGTH_MAX} characters; leave them out`;
  throw refuse({ code: "setting-invalid", because });
}
