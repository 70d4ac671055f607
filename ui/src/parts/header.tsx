import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  Menu,
  TextInput,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { IconMoon, IconSearch, IconSun } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { Keys, useKey } from "./keys.tsx";
import { useMe } from "./session.ts";
import { useSignOut } from "./sign-out.ts";

/** On every page: the way home, search, and who one is. `/` goes to the search. */
export function Header() {
  return (
    <Group h="100%" px="md" gap="md" wrap="nowrap" justify="space-between">
      <Anchor component={Link} to="/" fw={700} underline="never" c="inherit">
        Vivarium
      </Anchor>
      <SearchBox />
      <Group gap="xs" wrap="nowrap">
        <Keys />
        <ColorSwitch />
        <Account />
      </Group>
    </Group>
  );
}

function SearchBox() {
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  useKey("/", () => input.current?.focus());
  return (
    <search style={{ flex: 1, maxWidth: 480 }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void navigate(`/ui/search?q=${encodeURIComponent(text)}`);
        }}
      >
        <TextInput
          ref={input}
          type="search"
          aria-label="Search packages"
          placeholder="Search packages (press /)"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </form>
    </search>
  );
}

function ColorSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light", { getInitialValueInEffect: true }) === "dark";
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={isDark ? "Light colours" : "Dark colours"}
      onClick={() => setColorScheme(isDark ? "light" : "dark")}
    >
      {isDark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}

function Account() {
  const me = useMe();
  const signOut = useSignOut();
  const user = me.data?.user ?? null;
  if (user === null) {
    return (
      <Button component={Link} to="/ui/login" variant="default">
        Sign in
      </Button>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default">{user}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/ui/repositories">
          Repositories
        </Menu.Item>
        <Menu.Item component={Link} to="/ui/tokens">
          Tokens
        </Menu.Item>
        <Menu.Item component={Link} to="/ui/sessions">
          Sessions
        </Menu.Item>
        <Menu.Item component={Link} to="/ui/admin">
          Administration
        </Menu.Item>
        {me.data?.isAdmin === true ? (
          <>
            <Menu.Item component={Link} to="/ui/dashboard">
              Dashboard
            </Menu.Item>
            <Menu.Item component={Link} to="/ui/journal">
              Journal
            </Menu.Item>
          </>
        ) : null}
        <Menu.Divider />
        <Menu.Item onClick={signOut}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
