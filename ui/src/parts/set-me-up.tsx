import { Alert, Anchor, Stack, Tabs, Text } from "@mantine/core";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import type { Repository } from "../../../src/cli/api-types.ts";
import { BASE } from "../api.ts";
import { FreshToken } from "./fresh-token.tsx";
import { Lines } from "./lines.tsx";
import { useMe } from "./session.ts";
import { publishTargetOf } from "./set-me-up-limits.ts";
import { type Place, type Tool, toolsFor } from "./set-me-up-lines.ts";

/** What to type to install from a repository and to publish there, with the address under which the reader sees it. */
export function SetMeUp({ repository }: { readonly repository: Repository }) {
  const me = useMe();
  const user = me.data?.user ?? null;
  const [token, setToken] = useState<string | null>(null);
  const place: Place = {
    server: serverAddress(),
    repository: repository.name,
    format: repository.format,
    needsSignIn: !repository.readers.includes(":ANONYMOUS:"),
    takesUploads: publishTargetOf(repository) !== null,
    user,
    token,
  };
  return (
    <Stack>
      <SignInNote place={place} />
      {user === null || !(place.needsSignIn || place.takesUploads) ? null : (
        <FreshToken repository={repository} user={user} onMade={setToken} />
      )}
      <Tools tools={toolsFor(place)} />
      <Text size="sm" c="dimmed" className="breaks">
        On the command line,{" "}
        <code>
          vivarium login {place.server}/{place.repository}
        </code>{" "}
        writes such lines for the tools of this machine, and <code>vivarium logout</code> takes them out again.
      </Text>
    </Stack>
  );
}

/** Where the reader is, without a slash at the end: the address that works for them. */
export function serverAddress(): string {
  return `${window.location.origin}${BASE}`.replace(/\/+$/, "");
}

function SignInNote({ place }: { readonly place: Place }) {
  const { needsSignIn, takesUploads, user } = place;
  const what = needsSignIn
    ? takesUploads
      ? "Installing from here and publishing need a token."
      : "Installing from here needs a token."
    : takesUploads
      ? "Everybody may install from here; publishing needs a token."
      : "Everybody may install from here, without a token.";
  const then = encodeURIComponent(window.location.pathname.slice(BASE.length - 1) + window.location.search);
  return (
    <Text component="div">
      {what}{" "}
      {user === null && (needsSignIn || takesUploads) ? (
        <>
          <Anchor component={Link} to={`/ui/login?then=${then}`} underline="always">
            Sign in
          </Anchor>{" "}
          to make one here; until then the word TOKEN holds its place.
        </>
      ) : null}
    </Text>
  );
}

function Tools({ tools }: { readonly tools: readonly Tool[] }) {
  const [search, setSearch] = useSearchParams();
  const chosen = tools.find(({ id }) => id === search.get("tool")) ?? tools[0];
  if (chosen === undefined) return <Alert color="gray">There is no tool for repositories of this kind.</Alert>;
  const choose = (id: string | null) => {
    const next = new URLSearchParams(search);
    next.set("tool", id ?? chosen.id);
    setSearch(next, { replace: true, preventScrollReset: true });
  };
  return (
    <Tabs value={chosen.id} onChange={choose} keepMounted={false}>
      <Tabs.List aria-label="Tools" mb="md">
        {tools.map(({ id, label }) => (
          <Tabs.Tab key={id} value={id}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tools.map(({ id, snippets }) => (
        <Tabs.Panel key={id} value={id}>
          <Stack gap="lg">
            {snippets.map((snippet) => (
              <Lines key={snippet.title} {...snippet} />
            ))}
          </Stack>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
