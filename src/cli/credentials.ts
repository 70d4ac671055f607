import type { CommandFailure, Io } from "./io.ts";
import { one, type Typed, usage } from "./typed.ts";

/**
 * The `Authorization` header for what was typed and set; `null`: as nobody. What is typed wins over the environment, and
 * a token over a name. Asks for the password at the terminal where none is given.
 */
export async function authorization(io: Io, typed: Typed, url: string): Promise<string | null> {
  const token = one(typed, "token");
  const user = one(typed, "user");
  const passwordFile = one(typed, "password-file");
  if (token !== null && (user !== null || passwordFile !== null)) {
    throw usage("--token stands for name and password: leave out --user and --password-file, or --token");
  }
  if (token !== null) return `Bearer ${token}`;
  if (user === null && passwordFile === null && isSet(io.env["VIVARIUM_TOKEN"])) {
    return `Bearer ${io.env["VIVARIUM_TOKEN"]}`;
  }
  const name = user ?? io.env["VIVARIUM_USER"] ?? "";
  if (name === "") {
    if (passwordFile === null) return null;
    throw usage("a password needs a name: add --user NAME or set VIVARIUM_USER");
  }
  if (name.includes(":")) throw usage(`'${name}' is no user name: there must be no colon in it`);
  return basic(name, await passwordOf(io, name, passwordFile, url));
}

async function passwordOf(io: Io, name: string, passwordFile: string | null, url: string): Promise<string> {
  if (passwordFile !== null) return readSecret(io, passwordFile);
  const { VIVARIUM_PASSWORD: given } = io.env;
  if (isSet(given)) return given;
  const typed = await io.askSecret(`Password of ${name} at ${url}: `);
  if (typed === null) {
    throw usage(`no password for ${name}: give --password-file FILE, or set VIVARIUM_PASSWORD or VIVARIUM_TOKEN`);
  }
  if (typed === "") throw usage(`no password was typed for ${name}`);
  return typed;
}

/** A new password: from a file, or typed twice at the terminal. `option` is the flag that names the file. */
export async function newPassword(io: Io, typed: Typed, user: string): Promise<string> {
  const file = one(typed, NEW_PASSWORD_OPTION.name);
  if (file !== null) {
    if (file === "-" && one(typed, "password-file") === "-") {
      throw usage("--password-file and --new-password-file cannot both be standard input");
    }
    return readSecret(io, file);
  }
  const first = await io.askSecret(`New password for ${user}: `);
  if (first === null) throw usage(`no new password for ${user}: give --new-password-file FILE (- is standard input)`);
  if (first === "") throw usage("the new password is empty: nothing was changed");
  if ((await io.askSecret("Once more: ")) !== first) throw usage("the two passwords differ: nothing was changed");
  return first;
}

export const NEW_PASSWORD_OPTION = {
  name: "new-password-file",
  placeholder: "file",
  description: "Take the new password from the first line of this file (- is standard input) instead of asking",
} as const;

/** The first line of a file or, for `-`, of standard input. */
export async function readSecret(io: Io, path: string): Promise<string> {
  // A shell does not expand ~ in --password-file=~/secret.
  const place = path.startsWith("~/") ? `${io.homeFolder}/${path.slice(2)}` : path;
  const text = path === "-" ? await io.input() : await io.readFile(place);
  if (text === null) throw usage(`there is no file ${place} to read a password from`);
  const [line = ""] = text.split(/\r?\n/, 1);
  if (line === "") throw emptySecret(path === "-" ? "standard input" : place);
  return line;
}

function emptySecret(place: string): CommandFailure {
  return usage(`${place} begins with an empty line where the password should be`);
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`, "utf8").toString("base64")}`;
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
