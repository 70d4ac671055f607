import { type JsonObject, refuse } from "#core";

/** The classic API writes `disableUIAccess`, the access API `disable_ui_access`. */
export type Spelling = "classic" | "access";

/** One field as both spell it. */
export interface Field {
  readonly classic: string;
  readonly access: string;
}

export function field(classic: string, access: string = classic): Field {
  return { classic, access };
}

/** Refuses what nobody here knows: a misspelt field must not be taken for one that was left out. */
export function checkFields(body: JsonObject, known: ReadonlySet<string>, what: string): void {
  const odd = Object.keys(body).find((name) => !known.has(name));
  if (odd === undefined) return;
  throw refuse({ code: "setting-invalid", because: `${what} has no field '${odd}'` });
}

/** Refuses a name in the body that is another than the address's. */
export function checkName(inBody: string | undefined, inAddress: string, what: string): void {
  if (inBody === undefined || inBody === inAddress) return;
  const because = `the ${what} is called '${inBody}' in the body and '${inAddress}' in the address; send one name`;
  throw refuse({ code: "setting-invalid", because });
}
