import { accountOf, isInCharge } from "#core";
import { type Operation, operation } from "./operation.ts";
import { isRoot } from "./rights.ts";

/** The server itself: who am I to it, what is it. */
export const serverOperations: readonly Operation[] = [
  operation({
    id: "getVersionOfServer",
    method: "GET",
    path: "/version",
    summary: "What this server is",
    answer: "Version",
    async handle({ registry, version, installationId }) {
      return { name: "vivarium", version, api: "v1", installationId, head: registry.head };
    },
  }),
  operation({
    id: "whoAmI",
    method: "GET",
    path: "/whoami",
    summary: "Who the server takes you for",
    answer: "WhoAmI",
    isOpen: true,
    async handle(_parts, { principal }) {
      const isToken = principal.kind === "token";
      return {
        kind: principal.kind,
        user: accountOf(principal),
        groups: isToken || principal.kind === "user" ? [...principal.groups] : [],
        token: isToken
          ? {
              id: principal.id,
              limits: principal.limits.map((limit) => ({
                ...limit,
                projects: limit.projects === null ? null : [...limit.projects],
              })),
            }
          : null,
        isRoot: isRoot(principal),
        isAdmin: isInCharge(principal),
      };
    },
  }),
];
