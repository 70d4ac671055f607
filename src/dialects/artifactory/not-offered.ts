import { CONTEXT } from "./addresses.ts";

/** What Artifactory has below these addresses, and this server has not. */
const NOT_OFFERED: readonly (readonly [path: string, what: string])[] = [
  ["/api/system/configuration", "the configuration as one document"],
  ["/api/system/info", "information on the Java process"],
  ["/api/archive", "folders as archives"],
  ["/api/build", "build information"],
  ["/api/bundles", "release bundles"],
  ["/api/cleanup", "Artifactory's cleanup policies; retention policies are made by this server's own API"],
  ["/api/docker", "the Docker format"],
  ["/api/ldap", "LDAP settings"],
  ["/api/npm", "the npm format"],
  ["/api/plugins", "plugins"],
  ["/api/replications", "replications"],
  ["/api/saml", "SAML settings"],
  ["/api/webhooks", "Artifactory's webhooks"],
  ["/access/api/v1/environments", "environments"],
  ["/access/api/v1/ldap", "LDAP settings"],
  ["/access/api/v1/oidc", "tokens in exchange for those of others"],
  ["/access/api/v1/projects", "projects"],
  ["/access/api/v1/saml", "SAML settings"],
];

/** Says of an address that nothing is at, what it would be; `null`: nobody knows. */
export function notOffered(path: string): string | null {
  const below = path.startsWith(`${CONTEXT}/`) ? path.slice(CONTEXT.length) : path;
  const known = NOT_OFFERED.find(([prefix]) => below === prefix || below.startsWith(`${prefix}/`));
  return known === undefined ? null : `Not found: this server does not offer ${known[1]}`;
}
