import { ANYONE, type Attachment, type Call, type ProjectName, type Reply, type Repository, refuse } from "#core";
import type { DialectRoute, Target } from "#http";
import type { OpenPage } from "#registry";
import { contentTypeOf } from "./content-types.ts";
import { existingIndex, indexIn } from "./indexes.ts";
import { encodedPath } from "./pages.ts";
import type { DevpiParts } from "./parts.ts";
import { isProjectAddress, projectIn, redirectToNormal } from "./project-names.ts";

/**
 * Documentation, page by page: `/<user>/<index>/<project>/<version>/+doc/<path>`. The version may also be `latest`, the
 * newest one that has documentation, or `stable`, the newest of those that is no pre-release. `+d` is devpi's frame
 * around the same pages; here it leads to the pages themselves.
 */
export function documentationRoutes(parts: DevpiParts): readonly DialectRoute[] {
  return [
    {
      scope: "repository",
      method: "GET",
      path: "/:project/:version/+doc/*",
      when: isProjectAddress,
      handle: (call, target) => show(parts, call, target),
    },
    {
      scope: "repository",
      method: "GET",
      path: "/:project/:version/+d/*",
      when: isProjectAddress,
      handle: async (call, target) => {
        const repository = await existingIndex(parts, indexIn(target));
        return redirectTo(call, repository, call.params["*"] ?? "");
      },
    },
  ];
}

/**
 * Whoever may upload documentation may upload any HTML, and others read it at this server's address. In a sandbox
 * without `allow-same-origin` it has an origin of its own: no cookie, no storage, no answer of this server that is not
 * open to everybody. Scripts and forms stay, because the search of Sphinx needs them.
 */
const SANDBOX = [
  "sandbox allow-scripts allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-downloads",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join("; ");

async function show(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const repository = await existingIndex(parts, indexIn(target));
  const project = projectIn(parts, call, repository);
  const path = call.params["*"] ?? "";
  const elsewhere = redirectToNormal(call, repository, project, `/${call.params["version"] ?? ""}/+doc/${path}`);
  if (elsewhere !== null) return elsewhere;
  if (path === "") return redirectTo(call, repository, "index.html");
  const documentation = await documentationOf(parts, call, repository, project);
  const open = (name: string): Promise<OpenPage | null> =>
    parts.registry.documentation.page(call.principal, documentation, name);
  if (path.endsWith("/")) return found(repository, documentation, `${path}index.html`, await open(`${path}index.html`));
  const page = await open(path);
  // Links inside the pages of a folder are relative to the folder.
  if (page === null && (await open(`${path}/index.html`)) !== null) return redirectTo(call, repository, `${path}/`);
  return found(repository, documentation, path, page);
}

async function documentationOf(
  parts: DevpiParts,
  call: Call,
  repository: Repository,
  project: ProjectName,
): Promise<Attachment> {
  const asked = call.params["version"] ?? "";
  const all = await parts.registry.documentation.list(call.principal, repository.name, project);
  const { isStable } = parts.registry.format(repository.format);
  const wanted =
    all.find(({ version }) => version === asked) ??
    (asked === "latest" ? all[0] : undefined) ??
    (asked === "stable" ? all.find(({ version }) => isStable(version)) : undefined);
  if (wanted !== undefined) return wanted;
  const because = `there is no documentation of ${project} ${asked} in ${repository.name}`;
  throw refuse({ code: "version-not-found", repository: repository.name, project, version: asked, because });
}

function found(repository: Repository, documentation: Attachment, path: string, page: OpenPage | null): Reply {
  if (page === null) {
    throw refuse({
      code: "file-not-found",
      repository: repository.name,
      filename: `${documentation.filename}/${path}`,
    });
  }
  const isPrivate = page.isPrivate || !repository.readers.includes(ANYONE);
  return {
    kind: "file",
    filename: path.slice(path.lastIndexOf("/") + 1),
    contentType: contentTypeOf(path),
    body: page.body,
    etag: page.etag,
    lastModified: page.lastModified,
    // Documentation may be replaced, and `latest` moves.
    cache: { kind: "revalidate", isPrivate },
    headers: {
      "content-security-policy": SANDBOX,
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      // Fonts and search indexes are fetched from the sandbox, which is a stranger's origin: as strangers may, without
      // anybody's credentials.
      ...(isPrivate ? {} : { "access-control-allow-origin": "*" }),
    },
  };
}

function redirectTo(call: Call, repository: Repository, path: string): Reply {
  const { project = "", version = "" } = call.params;
  const query = call.query.size === 0 ? "" : `?${call.query}`;
  const to = encodedPath(`${repository.name}/${project}/${version}/+doc/${path}`);
  return { kind: "redirect", status: 302, to: `${call.publicUrl}/${to}${query}` };
}
