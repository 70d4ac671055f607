import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router";
import { ApiFailure } from "./api.ts";
import { legibleColours } from "./contrast.ts";
import { openRouter } from "./router.tsx";
import { theme } from "./theme.ts";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server has refused it will refuse again; what did not arrive may arrive the next time.
      retry: (count, error) => count < 2 && !(error instanceof ApiFailure),
      staleTime: 5_000,
    },
  },
});
const router = openRouter();

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={legibleColours} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Notifications />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
