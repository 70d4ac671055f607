import { type Properties, refuse } from "#core";

const KEY_LENGTH_MAX = 255;
const VALUE_LENGTH_MAX = 2400;
const PAIRS_MAX = 1000;
const FORBIDDEN = /[)(}{\][*+^$\\/~`!@#%&<>;=,±§\s\x00-\x1f\x7f]/;

/** Why a text cannot be a property's key, in one sentence; `null`: it can. */
export function keyFault(key: string): string | null {
  if (key === "") return "A property needs a key: write key=value.";
  if (key.length > KEY_LENGTH_MAX) return `A property's key has at most ${KEY_LENGTH_MAX} characters.`;
  const odd = FORBIDDEN.exec(key);
  return odd === null
    ? null
    : `The property key ${JSON.stringify(key)} has the character ${JSON.stringify(odd[0])}, which no key may have.`;
}

/** Why a text cannot be a property's value, in one sentence; `null`: it can. */
export function valueFault(value: string): string | null {
  return value.length > VALUE_LENGTH_MAX ? `A property's value has at most ${VALUE_LENGTH_MAX} characters.` : null;
}

/**
 * Reads `k=v1,v2;k2=v` as it stands in a query: pairs are parted by `;` or `|`, values by `,`, and a backslash takes the
 * meaning from any of `, = | \ ;`. A key that is named twice has the values of both.
 */
export function readProperties(text: string): Properties {
  const read = new Map<string, string[]>();
  for (const pair of split(text, ";|")) {
    if (pair.trim() === "") continue;
    const [key = "", ...rest] = split(pair, "=");
    if (rest.length === 0) throw invalid(`The property '${plain(pair)}' has no value; write key=value.`);
    const values = split(rest.join("="), ",").map(plain);
    const name = checkedKey(plain(key));
    for (const value of values) checkValue(value);
    const known = read.get(name) ?? [];
    read.set(name, [...known, ...values.filter((value) => !known.includes(value))]);
  }
  if (read.size === 0) throw invalid("No property is given; write properties=key=value.");
  if (read.size > PAIRS_MAX) throw invalid(`At most ${PAIRS_MAX} properties are set at once.`);
  return Object.fromEntries(read);
}

/** Reads `k,k2`; empty where there is none. */
export function readKeys(text: string): readonly string[] {
  return split(text, ",;|")
    .map((key) => plain(key).trim())
    .filter((key) => key !== "");
}

export function checkedKey(key: string): string {
  const fault = keyFault(key);
  if (fault !== null) throw invalid(fault);
  return key;
}

export function checkValue(value: string): void {
  const fault = valueFault(value);
  if (fault !== null) throw invalid(fault);
}

/** At each of the signs that has no backslash in front; the backslashes stay. */
function split(text: string, signs: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? "";
    if (sign === "\\" && at + 1 < text.length) {
      part += sign + text[++at];
    } else if (signs.includes(sign)) {
      parts.push(part);
      part = "";
    } else part += sign;
  }
  parts.push(part);
  return parts;
}

/** Without the backslashes that took a sign's meaning. */
function plain(text: string): string {
  return text.replace(/\\([,=|\\;])/g, "$1");
}

function invalid(because: string): Error {
  return refuse({ code: "request-invalid", because });
}
