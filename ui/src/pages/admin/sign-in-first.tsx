import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { Empty } from "../../parts/states.tsx";

/** For who has not said who they are. */
export function SignInFirst({ what }: { readonly what: string }) {
  return (
    <Empty title="Sign in first">
      <Anchor component={Link} to={`/ui/login?then=${encodeURIComponent(window.location.pathname)}`}>
        Sign in
      </Anchor>{" "}
      to {what}.
    </Empty>
  );
}
