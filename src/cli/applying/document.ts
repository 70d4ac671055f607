import { parseDocument } from "yaml";
import { type Fields, SECTIONS, type Section } from "./resources.ts";

/** What a file says there shall be: by section and name, the fields that it manages; `null`: it shall not be there. */
export type Wishes = Readonly<Record<Section, ReadonlyMap<string, Fields | null>>>;

/** Stands for `null` in a file, where it says what is meant. */
const ABSENT = "absent";
/** A field with this end takes its value from the named environment variable: `passwordFrom: ALICE_PASSWORD`. */
const FROM = "From";
/** What may be taken from the environment: secrets, which have no place in a file. */
const SECRETS: Readonly<Record<string, Section>> = { password: "users", credentials: "repositories" };
const VERSION = 1;

/**
 * Reads a file. Throws `SyntaxError` with the place for what is no such file. Whether a field exists and its value fits is
 * the server's to say.
 */
export function readWishes(text: string, env: Readonly<Record<string, string | undefined>>): Wishes {
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
  const [fault] = document.errors;
  if (fault !== undefined) throw new SyntaxError(fault.message.split("\n")[0]);
  const top: unknown = document.toJS({ maxAliasCount: 100 });
  if (!isFields(top)) throw new SyntaxError("the file must have sections: version, users, groups, repositories, …");
  if (top["version"] !== VERSION) throw new SyntaxError(`the file must begin with 'version: ${VERSION}'`);
  for (const key of Object.keys(top)) {
    if (key !== "version" && !SECTIONS.some((section) => section === key)) {
      throw new SyntaxError(`there is no section '${key}'; there are ${SECTIONS.join(", ")}`);
    }
  }
  const read = (section: Section) => readSection(section, top[section] ?? {}, env);
  return {
    users: read("users"),
    groups: read("groups"),
    repositories: read("repositories"),
    permissions: read("permissions"),
    policies: read("policies"),
  };
}

function readSection(
  section: Section,
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, Fields | null> {
  if (!isFields(value)) throw new SyntaxError(`the section '${section}' must have names with their fields`);
  const wishes = new Map<string, Fields | null>();
  for (const [name, fields] of Object.entries(value)) {
    const where = `${section}.${name}`;
    if (section === "repositories" && !/^[^/]+\/[^/]+$/.test(name)) {
      throw new SyntaxError(`${where}: repositories are named owner/name`);
    }
    if (fields === ABSENT) wishes.set(name, null);
    else if (isFields(fields)) wishes.set(name, withSecrets(section, where, fields, env));
    else throw new SyntaxError(`${where} must have fields, {} for none, or be '${ABSENT}'`);
  }
  return wishes;
}

function withSecrets(
  section: Section,
  where: string,
  fields: Fields,
  env: Readonly<Record<string, string | undefined>>,
): Fields {
  const made: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    const secret = field.endsWith(FROM) ? field.slice(0, -FROM.length) : null;
    if (SECRETS[field] === section) {
      throw new SyntaxError(
        `${where}.${field}: a secret has no place in a file; write ${field}${FROM}: and the name of an environment variable`,
      );
    }
    if (secret === null || SECRETS[secret] !== section) {
      made[field] = value;
      continue;
    }
    const given = env[String(value)];
    if (given === undefined || given === "") {
      throw new SyntaxError(`${where}.${field}: the environment variable ${String(value)} is not set`);
    }
    made[secret] = given;
  }
  return made;
}

/** Whether a field holds a secret, which the server never shows and no difference may print. */
export function isSecret(section: Section, field: string): boolean {
  return SECRETS[field] === section;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
