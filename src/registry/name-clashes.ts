import { keyOf, type RepositoryKey, type RepositoryName, refuse, type UserName } from "#core";
import type { Transaction } from "#stores";

/**
 * Owners and the keys of repositories share one namespace without regard to case (house.md 1.2): both are what an
 * address begins with. Refuses an account's name that is taken.
 */
export async function refuseTakenUserName(tx: Transaction, name: UserName): Promise<void> {
  const other = await tx.userLike(name);
  if (other !== null) throw refuse({ code: "user-exists", user: other.name });
  const repository = await tx.repositoryByKey(name as string as RepositoryKey);
  if (repository === null) return;
  throw refuse({
    code: "setting-invalid",
    because: `'${name}' cannot be a user name: the repository ${repository.name} is known by it; choose another`,
  });
}

/** Refuses a repository's name that is there, or whose key is taken by another repository or an account. */
export async function refuseTakenRepositoryName(tx: Transaction, name: RepositoryName): Promise<void> {
  const key = keyOf(name);
  const other = await tx.repositoryByKey(key);
  if (other !== null) {
    const because =
      other.name === name
        ? `the repository ${name} is there already`
        : `${name} would be known as '${key}', and so is ${other.name}; choose another name`;
    throw refuse({ code: "repository-exists", repository: name, because });
  }
  const user = await tx.userLike(key);
  if (user === null) return;
  throw refuse({
    code: "repository-exists",
    repository: name,
    because: `${name} would be known as '${key}', and there is an account ${user.name}; choose another name`,
  });
}
