import type { Repository, RepositoryName, VirtualRepository } from "#core";
import type { Transaction } from "#stores";

/**
 * Lets repositories go, out of all virtual repositories too: one that is made later under such a name is another one, and
 * nobody has chosen it as a member. As with devpi, bases keep the name, and go on without it.
 */
export async function letGo(tx: Transaction, leaving: readonly Repository[]): Promise<void> {
  const names = new Set(leaving.map(({ name }) => name));
  if (names.size === 0) return;
  for (const repository of await tx.repositories()) {
    if (repository.kind !== "virtual" || names.has(repository.name)) continue;
    const left = without(repository, names);
    if (left !== repository) tx.append({ type: "repository.saved", repository: left });
  }
  for (const name of names) tx.append({ type: "repository.removed", name });
}

function without(repository: VirtualRepository, names: ReadonlySet<RepositoryName>): VirtualRepository {
  const { publishTo } = repository;
  const members = repository.members.filter((member) => !names.has(member));
  const losesTarget = publishTo !== null && names.has(publishTo);
  if (members.length === repository.members.length && !losesTarget) return repository;
  return { ...repository, members, publishTo: losesTarget ? null : publishTo };
}
