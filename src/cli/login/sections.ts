import { linesOf } from "./blocks.ts";

/** A section of a file in the manner of INI or TOML: `[name]`, and the lines up to the next one. */
export interface Section {
  readonly name: string;
  /** Of its heading, counted from 0. */
  readonly line: number;
  readonly keys: readonly Key[];
}

export interface Key {
  /** Lower case, dashes for underscores. */
  readonly name: string;
  readonly value: string;
  readonly line: number;
  /** The blanks in front of it. A line that has more than the one before would go on with its value. */
  readonly indent: string;
}

/**
 * The sections of a text. Enough is read to know where something of ours can stand, and whether it is there already; what
 * a value means is its tool's to say. Keys before the first section belong to one without a name, at line -1.
 */
export function sectionsOf(text: string): readonly Section[] {
  const sections: { name: string; line: number; keys: Key[] }[] = [{ name: "", line: -1, keys: [] }];
  linesOf(text).forEach((content, line) => {
    const heading = HEADING.exec(content)?.[1];
    if (heading !== undefined) {
      sections.push({ name: heading.trim().replaceAll('"', ""), line, keys: [] });
      return;
    }
    const [, indent = "", key, value = ""] = KEY.exec(content) ?? [];
    if (key === undefined) return;
    const name = key.replaceAll('"', "").trim().toLowerCase().replaceAll("_", "-");
    sections.at(-1)?.keys.push({ name, value: value.trim(), line, indent });
  });
  return sections;
}

/** `[name]`, and TOML's `[[name]]`, with a comment behind it perhaps. */
const HEADING = /^\s*\[\[?([^[\]]+)\]\]?\s*(?:[#;].*)?$/;
const KEY = /^([ \t]*)([A-Za-z0-9_."-]+)\s*[=:](.*)$/;
