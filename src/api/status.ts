import { type Operation, operation } from "./operation.ts";
import { requireAdministrator } from "./rights.ts";
import { instantView } from "./views.ts";

/** For who runs the server: how it is, and how much every repository holds. */
export const statusOperations: readonly Operation[] = [
  operation({
    id: "getStatus",
    method: "GET",
    path: "/status",
    summary: "How the server is: traffic, caches, upstreams, failures, jobs. For administrators",
    answer: "ServerStatus",
    refusals: ["not-signed-in", "not-permitted"],
    async handle({ registry, version, installationId, status }, { principal }) {
      requireAdministrator(principal, "administer", "see how the server is");
      const [lastWriteAt, figures] = await Promise.all([registry.lastWriteAt(), status()]);
      return {
        version,
        installationId,
        head: registry.head,
        lastWriteAt: lastWriteAt === null ? null : instantView(lastWriteAt),
        ...figures,
      };
    },
  }),
  operation({
    id: "getUsage",
    method: "GET",
    path: "/usage",
    summary: "How much every repository holds; takes its time where there is much. For administrators",
    answer: "Usage",
    refusals: ["not-signed-in", "not-permitted"],
    async handle({ registry }, { principal }) {
      requireAdministrator(principal, "administer", "see how much every repository holds");
      const { repositories, at } = await registry.usage.all(principal);
      return {
        at: instantView(at),
        items: repositories.map(({ repository, files, folders, sizeBytes }) => ({
          repository: repository.name,
          kind: repository.kind,
          format: repository.format,
          files,
          folders,
          sizeBytes,
          quotaBytes: repository.kind === "local" ? (repository.quotaBytes ?? null) : null,
        })),
      };
    },
  }),
];
