import { LONG_NAME } from "./pages-world.ts";

/** A view of the pages, at an address that can be handed on. */
export interface View {
  /** Of its pictures. */
  readonly name: string;
  readonly address: string;
  /** Its route in `ui/src/pages`. */
  readonly route: string;
  readonly as: "nobody" | "alice" | "root";
}

function view(name: string, as: View["as"], route: string, address: string = route): View {
  return { name, as, route, address };
}

const INSIDE = "/ui/inside/:owner/:name/:project/:filename";

/** Every view, full and empty, seen by who it is for. The test fails where a route is missing here. */
export const VIEWS: readonly View[] = [
  view("home", "nobody", "/"),
  view("home-signed-in", "alice", "/"),
  view("search", "nobody", "/ui/search", "/ui/search?q=hello"),
  view("search-nothing", "nobody", "/ui/search", "/ui/search?q=no-such-thing"),
  view("owner", "nobody", "/:owner", "/alice"),
  view("owner-absent", "nobody", "/:owner", "/nobody-of-this-name"),
  view("repository", "nobody", "/:owner/:name", "/alice/dev"),
  view("repository-virtual", "alice", "/:owner/:name", "/alice/all"),
  view("repository-remote", "nobody", "/:owner/:name", "/root/pypi"),
  view("repository-empty", "alice", "/:owner/:name", "/alice/empty"),
  view("package", "nobody", "/:owner/:name/:project", "/alice/dev/hello"),
  view("package-owned", "alice", "/:owner/:name/:project", "/alice/all/hello"),
  view("package-remote", "nobody", "/:owner/:name/:project", "/root/pypi/greetings"),
  view("package-hostile", "alice", "/:owner/:name/:project", "/alice/dev/hostile"),
  view("package-long-name", "nobody", "/:owner/:name/:project", `/alice/dev/${LONG_NAME}`),
  view("package-absent", "nobody", "/:owner/:name/:project", "/alice/dev/no-such-project"),
  view("version", "nobody", "/:owner/:name/:project/:version", "/alice/dev/hello/1.3"),
  view("compare", "nobody", "/ui/compare/:owner/:name/:project", "/ui/compare/alice/dev/hello"),
  view("inside", "nobody", INSIDE, "/ui/inside/alice/dev/hello/hello-2.0-py3-none-any.whl"),
  view("inside-hostile", "nobody", INSIDE, "/ui/inside/alice/dev/hostile/hostile-1.0-py3-none-any.whl"),
  view("login", "nobody", "/ui/login"),
  view("sign-up", "nobody", "/ui/sign-up"),
  view("first-run", "root", "/ui/first-run"),
  view("sessions", "alice", "/ui/sessions"),
  view("set-up", "nobody", "/:owner/:name/-/set-up", "/alice/dev/-/set-up"),
  view("repositories", "alice", "/ui/repositories"),
  view("repository-new", "alice", "/ui/repositories/new"),
  view("repository-settings", "alice", "/:owner/:name/-/settings", "/alice/dev/-/settings"),
  view("repository-settings-virtual", "alice", "/:owner/:name/-/settings", "/alice/all/-/settings"),
  view("repository-settings-refused", "nobody", "/:owner/:name/-/settings", "/alice/dev/-/settings"),
  view("users", "root", "/ui/users"),
  view("user-new", "root", "/ui/new-user"),
  view("user", "root", "/ui/users/:user", "/ui/users/alice"),
  view("groups", "root", "/ui/groups"),
  view("group-new", "root", "/ui/new-group"),
  view("group", "root", "/ui/groups/:group", "/ui/groups/releasers"),
  view("upload", "alice", "/:owner/:name/-/upload", "/alice/dev/-/upload"),
  view("upload-refused", "nobody", "/:owner/:name/-/upload", "/alice/dev/-/upload"),
  view("tokens", "alice", "/ui/tokens"),
  view("permissions", "root", "/ui/permissions"),
  view("permission-new", "root", "/ui/new-permission"),
  view("permission", "root", "/ui/permissions/:permission", "/ui/permissions/release"),
  view("why", "root", "/ui/why"),
  view("administration", "root", "/ui/admin"),
  view("administration-refused", "alice", "/ui/admin"),
  view("trash", "root", "/ui/trash"),
  view("policies", "root", "/ui/policies"),
  view("policy-new", "root", "/ui/new-policy"),
  view("policy", "root", "/ui/policies/:policy", "/ui/policies/old"),
  view("copies", "root", "/:owner/:name/-/copies", "/root/pypi/-/copies"),
  view("dashboard", "root", "/ui/dashboard"),
  view("dashboard-refused", "alice", "/ui/dashboard"),
  view("dashboard-unknown", "nobody", "/ui/dashboard"),
  view("journal", "root", "/ui/journal"),
  view("journal-filtered", "root", "/ui/journal", "/ui/journal?type=artifact.yanked"),
  view("journal-empty", "root", "/ui/journal", "/ui/journal?user=nobody"),
  view("nothing-here", "nobody", "*", "/ui/no-such-view"),
];
