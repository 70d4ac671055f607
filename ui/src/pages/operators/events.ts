/** What an entry of the journal says, in words. */
export interface Told {
  /** `published foo-1.0.tar.gz`: follows the name of who did it. */
  readonly text: string;
  /** What it is about, as the address of its view; `null`: it has none. */
  readonly address: string | null;
  /** Where it happened, for people. */
  readonly where: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** Every type of event that the server writes, as who filters by it is shown it. */
export const EVENT_NAMES: Readonly<Record<string, string>> = {
  "artifact.published": "File published",
  "artifact.replaced": "File replaced",
  "artifact.yanked": "File yanked, or its yank taken back",
  "artifact.trashed": "File moved to the trash",
  "artifact.removed": "File removed",
  "trash.removed": "File left the trash",
  "version.saved": "Version's record saved",
  "version.removed": "Version removed",
  "project.registered": "Project registered",
  "project.status": "Project's status changed",
  "project.released": "Project's name released",
  "attachment.saved": "Documentation or test result attached",
  "attachment.removed": "Attachment removed",
  "folder.made": "Folder made",
  "folder.removed": "Folder removed",
  "properties.set": "Properties set",
  "repository.saved": "Repository made or changed",
  "repository.removed": "Repository removed",
  "user.saved": "Account made or changed",
  "user.removed": "Account removed",
  "group.saved": "Group made or changed",
  "group.removed": "Group removed",
  "permission.saved": "Permission made or changed",
  "permission.removed": "Permission removed",
  "policy.saved": "Policy made or changed",
  "policy.removed": "Policy removed",
  "token.issued": "Token issued",
  "token.revoked": "Token ended",
};

/** Kinds of events together, as the API's `type` takes them. */
export const EVENT_KINDS: readonly { readonly value: string; readonly label: string }[] = [
  { value: "artifact", label: "Anything about files" },
  { value: "version", label: "Anything about versions" },
  { value: "project", label: "Anything about projects" },
  { value: "repository", label: "Anything about repositories" },
  { value: "user", label: "Anything about accounts" },
  { value: "token", label: "Anything about tokens" },
];

/** An event of a newer server is told by its type. */
export function tell(event: { readonly type: string } & Fields): Told {
  const writer = WRITERS[event.type];
  if (writer === undefined) return { text: event.type, address: null, where: null };
  return writer(event);
}

const WRITERS: Readonly<Record<string, (event: Fields) => Told>> = {
  "user.saved": (event) => alone(`saved the account ${word(event, "user", "name")}`, "/ui/users", "accounts"),
  "user.removed": (event) => alone(`removed the account ${word(event, "name")}`),
  "group.saved": (event) => alone(`saved the group ${word(event, "group", "name")}`, "/ui/groups", "groups"),
  "group.removed": (event) => alone(`removed the group ${word(event, "name")}`),
  "permission.saved": (event) =>
    alone(`saved the permission ${word(event, "target", "name")}`, "/ui/permissions", "permissions"),
  "permission.removed": (event) => alone(`removed the permission ${word(event, "name")}`),
  "policy.saved": (event) => alone(`saved the policy ${word(event, "policy", "name")}`, "/ui/policies", "policies"),
  "policy.removed": (event) => alone(`removed the policy ${word(event, "name")}`),
  "token.issued": (event) =>
    alone(`issued the token “${word(event, "token", "name")}” of ${word(event, "token", "owner")}`),
  "token.revoked": (event) => alone(`ended the token ${word(event, "id")} of ${word(event, "owner")}`),
  "repository.saved": (event) => inRepository("saved the repository", word(event, "repository", "name")),
  "repository.removed": (event) => alone(`removed the repository ${word(event, "name")} and everything in it`),
  "project.registered": (event) => inProject(`registered the project ${word(event, "displayName")}`, event),
  "project.status": (event) =>
    inProject(`made the project ${word(event, "project")} ${word(event, "status")}${reasonOf(event)}`, event),
  "project.released": (event) => inProject(`let the name ${word(event, "project")} be asked upstream again`, event),
  "version.saved": (event) => {
    const version = at(event, "version") as Fields;
    return inVersion(`saved the record of ${word(version, "project")} ${word(version, "version")}`, version);
  },
  "version.removed": (event) => inProject(`removed ${word(event, "project")} ${word(event, "version")}`, event),
  "artifact.published": (event) => ofFile("published", event),
  "artifact.replaced": (event) => ofFile("replaced", event),
  "artifact.yanked": (event) => {
    const ref = at(event, "ref") as Fields;
    const isBack = event["reason"] === null;
    return inProject(`${isBack ? "took back the yank of" : "yanked"} ${word(ref, "filename")}${reasonOf(event)}`, ref);
  },
  "artifact.removed": (event) => gone("removed", event),
  "artifact.trashed": (event) => gone("moved to the trash:", event),
  "trash.removed": () => alone("let a file leave the trash: restored, or cleared away", "/ui/trash", "trash"),
  "folder.made": (event) =>
    inRepository(`made the folder ${word(event, "folder", "path")}`, word(event, "folder", "repository")),
  "folder.removed": (event) => inRepository(`removed the folder ${word(event, "path")}`, word(event, "repository")),
  "properties.set": (event) =>
    inRepository(`set the properties of ${word(event, "path") || "the whole repository"}`, word(event, "repository")),
  "attachment.saved": (event) => {
    const attachment = at(event, "attachment") as Fields;
    return inVersion(`attached ${word(attachment, "filename")}`, attachment);
  },
  "attachment.removed": (event) => inVersion(`removed the attachment ${word(event, "filename")}`, event),
};

function ofFile(did: string, event: Fields): Told {
  const artifact = at(event, "artifact") as Fields;
  const from = event["promotedFrom"];
  const source = typeof from === "string" ? `, promoted from ${from}` : "";
  return inVersion(`${did} ${word(artifact, "filename")}${source}`, artifact);
}

function gone(did: string, event: Fields): Told {
  const ref = at(event, "ref") as Fields;
  return inProject(`${did} ${word(ref, "filename")}`, ref);
}

function alone(text: string, address: string | null = null, where: string | null = null): Told {
  return { text, address, where };
}

function inRepository(text: string, repository: string): Told {
  return { text, address: addressOf(repository), where: repository };
}

function inProject(text: string, place: Fields): Told {
  const [repository, project] = [word(place, "repository"), word(place, "project")];
  return { text, address: addressOf(repository, project), where: `${repository}, ${project}` };
}

function inVersion(text: string, place: Fields): Told {
  const version = word(place, "version");
  if (version === "") return inProject(text, place);
  const [repository, project] = [word(place, "repository"), word(place, "project")];
  return { text, address: addressOf(repository, project, version), where: `${repository}, ${project} ${version}` };
}

function addressOf(repository: string, ...parts: readonly string[]): string {
  return `/${[...repository.split("/"), ...parts].map(encodeURIComponent).join("/")}`;
}

function reasonOf(event: Fields): string {
  const reason = event["reason"];
  return typeof reason === "string" && reason !== "" ? `: “${reason}”` : "";
}

/** What stands at a path of fields, as text; nothing where there is none. */
function word(event: Fields, ...path: readonly string[]): string {
  const value = path.reduce<unknown>((inner, name) => at(inner, name), event);
  return typeof value === "string" ? value : "";
}

function at(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? ((value as Fields)[name] ?? {}) : {};
}
