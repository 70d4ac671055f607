import { Anchor, Card, SimpleGrid, Text } from "@mantine/core";
import { Link } from "react-router";
import type { WhoAmI } from "../../../../src/cli/api-types.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { useMe } from "../../parts/session.ts";
import { SignInFirst } from "./sign-in-first.tsx";

export function Component() {
  return (
    <Page title="Administration">
      <Loaded query={useMe()} what="Who you are">
        {(me) => (me.user === null ? <SignInFirst what="see what you may administer" /> : <Places me={me} />)}
      </Loaded>
    </Page>
  );
}

interface Place {
  readonly to: string;
  readonly title: string;
  readonly about: string;
  readonly isForAdmins?: boolean;
}

const PLACES: readonly Place[] = [
  { to: "/ui/repositories", title: "Repositories", about: "Find, make and change them." },
  { to: "/ui/tokens", title: "Your tokens", about: "For programs and pipelines, each with its limits." },
  { to: "/ui/users", title: "Accounts", about: "Who signs in here." },
  { to: "/ui/groups", title: "Groups", about: "Rights for many accounts at once.", isForAdmins: true },
  { to: "/ui/permissions", title: "Permissions", about: "Who may do what on which paths.", isForAdmins: true },
  { to: "/ui/why", title: "What can she do here?", about: "The rule that allows or refuses something, in words." },
  { to: "/ui/trash", title: "Trash", about: "Removed files, which can come back." },
  { to: "/ui/sessions", title: "Sessions", about: "Where you are signed in." },
  { to: "/ui/policies", title: "Retention policies", about: "What is cleared away by itself." },
  { to: "/ui/dashboard", title: "Dashboard", about: "How the server is and what it holds.", isForAdmins: true },
  { to: "/ui/journal", title: "Journal", about: "Who did what, and when.", isForAdmins: true },
];

function Places({ me }: { readonly me: WhoAmI }) {
  const places = PLACES.filter(({ isForAdmins = false }) => me.isAdmin || !isForAdmins);
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} component="ul" style={{ listStyle: "none", margin: 0, padding: 0 }}>
      {places.map(({ to, title, about }) => (
        <Card key={to} component="li" withBorder>
          <Anchor component={Link} to={to} fw={600}>
            {title}
          </Anchor>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}
