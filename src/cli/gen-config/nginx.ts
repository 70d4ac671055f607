import { headOf, type Setup } from "./setup.ts";

/**
 * A site for nginx. It passes everything on: pages come from memory and files from the disk's cache here, and who may
 * read what is decided here, so nginx serves no file by itself.
 */
export function nginxSite(setup: Setup): string {
  const { host, port, unixSocket, publicUrl } = setup;
  const address = new URL(publicUrl ?? `http://${DEFAULT_HOST}`);
  const path = address.pathname.replace(/\/$/, "");
  const isSecure = address.protocol === "https:";
  const target = unixSocket === null ? `${reachable(host)}:${port}` : `unix:${unixSocket}`;
  const trusted = unixSocket === null ? "127.0.0.1" : "unix";
  const head = headOf(
    setup,
    "Install it: put it into nginx's sites or conf.d, try it by 'nginx -t', then 'nginx -s reload'.",
    `Start vivarium with '--trusted-proxy ${trusted}', or the address of this nginx, so that it believes the headers below.`,
  );
  return [
    ...head.map((line) => `# ${line}`),
    "upstream vivarium {",
    `    server ${quoted(target)};`,
    "    keepalive 32;",
    "}",
    "",
    "server {",
    `    server_name ${address.hostname};`,
    ...listens(address, isSecure),
    "",
    "    # How large an upload may be is vivarium's to say; it says so before it reads it.",
    "    client_max_body_size 0;",
    "    # Addresses mean what they say.",
    "    merge_slashes off;",
    "",
    `    location ${quoted(`${path}/`)} {`,
    "        proxy_pass http://vivarium;",
    "        proxy_http_version 1.1;",
    '        proxy_set_header Connection "";',
    "        proxy_set_header Host $http_host;",
    "        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "        proxy_set_header X-Forwarded-Proto $scheme;",
    "        proxy_request_buffering off;",
    "        proxy_buffering off;",
    "        # A file that is fetched from an upstream at this moment may take its time.",
    "        proxy_read_timeout 300s;",
    "    }",
    "}",
    "",
  ].join("\n");
}

const DEFAULT_HOST = "localhost";

function listens(address: URL, isSecure: boolean): readonly string[] {
  const port = address.port === "" ? (isSecure ? "443" : "80") : address.port;
  if (!isSecure) return [`    listen ${port};`];
  return [
    `    listen ${port} ssl;`,
    `    ssl_certificate /etc/ssl/certs/${address.hostname}.pem;`,
    `    ssl_certificate_key /etc/ssl/private/${address.hostname}.key;`,
  ];
}

/** Where a server that listens at all addresses is reached from its own machine. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_./:[\]-]+$/.test(word) ? word : `"${word.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
