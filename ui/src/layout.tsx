import { AppShell, Container } from "@mantine/core";
import { Outlet, ScrollRestoration } from "react-router";
import { Header } from "./parts/header.tsx";

export function Layout() {
  return (
    <AppShell header={{ height: 56 }} padding={0}>
      <a className="skip-link" href="#content">
        To the content
      </a>
      <AppShell.Header>
        <Header />
      </AppShell.Header>
      <AppShell.Main id="content">
        <Container size="lg" py="lg">
          <Outlet />
        </Container>
      </AppShell.Main>
      <ScrollRestoration />
    </AppShell>
  );
}
