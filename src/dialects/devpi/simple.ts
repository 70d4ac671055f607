import type { Call, Reply } from "#core";
import type { DialectRoute, Target } from "#http";
import { asksSimpleJson, isInstaller } from "./answers.ts";
import { existingIndex, indexIn } from "./indexes.ts";
import { encodedPath } from "./pages.ts";
import type { DevpiParts } from "./parts.ts";
import { isProjectAddress, projectIn } from "./project-names.ts";

/** Installers that were given an index without `+simple`, and `devpi refresh`. */
export function simpleRoutes(parts: DevpiParts): readonly DialectRoute[] {
  const isForInstaller = (call: Call) => isInstaller(call) || asksSimpleJson(call);
  return [
    {
      scope: "repository",
      method: "GET",
      path: "/",
      when: isForInstaller,
      handle: async (call, target) => toSimplePage(call, target, ""),
    },
    {
      scope: "repository",
      method: "GET",
      path: "/:project",
      when: (call) => isForInstaller(call) && isProjectAddress(call),
      handle: async (call, target) => {
        const repository = await existingIndex(parts, indexIn(target));
        return toSimplePage(call, target, `${projectIn(parts, call, repository)}/`);
      },
    },
    {
      scope: "repository",
      method: "POST",
      path: "/+simple/:project/refresh",
      handle: (call, target) => refresh(parts, call, target),
    },
  ];
}

/** One page at one address: its relative links and the caches in front of it stay right. Installers follow. */
function toSimplePage(call: Call, target: Target, page: string): Reply {
  return {
    kind: "redirect",
    status: 302,
    to: `${call.publicUrl}/${encodedPath(indexIn(target))}/+simple/${page}`,
    headers: { vary: "Accept, User-Agent" },
  };
}

async function refresh(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const repository = await existingIndex(parts, indexIn(target));
  const project = projectIn(parts, call, repository);
  await parts.registry.repositoriesAdmin.refresh(call.principal, repository.name, project);
  return toSimplePage(call, target, `${project}/`);
}
