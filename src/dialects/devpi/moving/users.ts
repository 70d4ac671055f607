import { hashFromDevpi } from "#access";
import { type Instant, isReservedWord, type Json, type JsonObject, RegistryError, type User, userName } from "#core";
import { instantIn, textIn } from "../../json-values.ts";
import { refusalIn, stopIfAsked } from "../../moves.ts";
import { userChangesFrom } from "../user-config.ts";
import { fingerprintOf, type Mover, namesLike, noteOf } from "./mover.ts";
import type { DevpiUser } from "./source.ts";

/** `username` says nothing new; the indexes come by themselves. */
const PASSED_OVER = ["username", "indexes", "created", "modified"];
const DESCRIBING = ["custom_data", "description", "email", "title"];

/** Accounts, with the hashes of their passwords; root first, because it is here already. */
export async function moveUsers(mover: Mover): Promise<void> {
  for (const user of mover.source.users.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))) {
    stopIfAsked(mover);
    await moveUser(mover, user);
  }
}

function rank({ name }: DevpiUser): number {
  return name === "root" ? 0 : 1;
}

async function moveUser(mover: Mover, given: DevpiUser): Promise<void> {
  const { registry, report, users } = mover;
  const key = `user/${given.name}`;
  const noted = await noteOf(mover, key);
  const config = fingerprintOf(given.config);
  const password = mover.source.hasPasswords ? fingerprintOf(given.password) : (noted?.["password"] ?? null);
  const known = userName(textIn(noted?.["to"]) ?? given.name);
  const there = known === null ? null : await registry.accounts.user(known);
  if (there === null) {
    const made = await makeUser(mover, given, key);
    if (made === null) return;
    users.set(given.name, made.name);
    await registry.moving.keepNote(key, { to: made.name, isOurs: true, config, password });
    report.users.made += 1;
    return;
  }
  users.set(given.name, there.name);
  const isOurs = noted === null ? there.name === "root" : noted["isOurs"] === true;
  const isSame = noted !== null && noted["config"] === config && noted["password"] === password;
  // Of two accounts of one name, it is one person's, who has chosen the password here last.
  if (!isOurs && noted === null) {
    report.notes.push(`the account ${there.name} was here already; its password and what it says of itself stay`);
  }
  if (isSame || !isOurs) report.users.same += 1;
  else {
    const parts = { config: noted?.["config"] !== config, password: noted?.["password"] !== password };
    await changeUser(mover, there, given, parts);
    report.users.changed += 1;
  }
  await registry.moving.keepNote(key, { to: there.name, isOurs, config, password });
}

async function makeUser(mover: Mover, given: DevpiUser, key: string): Promise<User | null> {
  const described = describedBy(mover, given);
  const passwordHash = await sealedHash(mover, given);
  let because = "it can be no name here";
  for (const name of namesLike(given.name)) {
    const proven = userName(name);
    if (proven === null || isReservedWord(name)) continue;
    const user: User = {
      name: proven,
      email: null,
      title: null,
      description: null,
      customData: null,
      ...described,
      createdAt: instantIn(given.config["created"]) ?? (0 as Instant),
      modifiedAt: instantIn(given.config["modified"]),
      passwordHash,
    };
    // Noted first: what a kill leaves between the two is known as ours, and not as somebody's who was here before.
    await mover.registry.moving.keepNote(key, { to: name, isOurs: true });
    try {
      await mover.registry.moving.saveUser(mover.principal, user);
    } catch (error) {
      if (!isNameTaken(error)) throw error;
      because = error.problem.code === "user-exists" ? `there is an account ${name} already` : refusalIn(error);
      continue;
    }
    if (name !== given.name) mover.report.renamed.push({ what: "user", from: given.name, to: name, because });
    return user;
  }
  mover.report.leftOut.push({ what: `user ${given.name}`, because });
  return null;
}

function isNameTaken(error: unknown): error is RegistryError {
  return error instanceof RegistryError && ["user-exists", "setting-invalid"].includes(error.problem.code);
}

async function changeUser(
  mover: Mover,
  there: User,
  given: DevpiUser,
  parts: { readonly config: boolean; readonly password: boolean },
): Promise<void> {
  const passwordHash = parts.password && mover.source.hasPasswords ? await sealedHash(mover, given) : null;
  await mover.registry.moving.saveUser(mover.principal, {
    ...there,
    ...(parts.config ? describedBy(mover, given) : {}),
    // A server that does not tell its passwords, and one that has none to tell, takes nobody's away.
    passwordHash: passwordHash ?? there.passwordHash,
  });
}

/** What a user says of itself; what cannot be kept is left out and told. */
function describedBy(
  { report }: Mover,
  { name, config }: DevpiUser,
): Partial<Pick<User, "email" | "title" | "description" | "customData">> {
  let described = {};
  for (const [key, value] of Object.entries(config)) {
    if (PASSED_OVER.includes(key)) continue;
    if (!DESCRIBING.includes(key)) {
      report.leftOut.push({ what: `'${key}' of user ${name}`, because: "it is no part of a user here" });
      continue;
    }
    try {
      described = { ...described, ...userChangesFrom({ [key]: value } satisfies JsonObject as Record<string, Json>) };
    } catch (error) {
      report.leftOut.push({ what: `'${key}' of user ${name}`, because: refusalIn(error) });
    }
  }
  return described;
}

async function sealedHash(
  { access, report, source }: Mover,
  { name, password }: DevpiUser,
): Promise<User["passwordHash"]> {
  if (password === null) {
    if (source.hasPasswords) report.notes.push(`user ${name} has no password there, and so has none here`);
    return null;
  }
  const hash = hashFromDevpi(password);
  if (hash === null) {
    const because = "its hash is of a kind that cannot be checked here; root can set a new password";
    report.leftOut.push({ what: `the password of user ${name}`, because });
    return null;
  }
  if (await access.isHashOfNothing(hash)) {
    const because =
      name === "root"
        ? "it was empty; root signs in with the password that it has here"
        : "it was empty, which is no password here; root can set one";
    report.leftOut.push({ what: `the password of user ${name}`, because });
    return null;
  }
  return access.seal(hash);
}
