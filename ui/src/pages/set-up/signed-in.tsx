import type { ReactNode } from "react";
import type { WhoAmI } from "../../../../src/cli/api-types.ts";
import { ApiFailure } from "../../api.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { useMe } from "../../parts/session.ts";
import { Failed } from "../../parts/states.tsx";

/** For pages that are about oneself: shows them to who has signed in, and the way in to everybody else. */
export function SignedIn({ children }: { readonly children: (me: WhoAmI & { readonly user: string }) => ReactNode }) {
  const me = useMe();
  return (
    <Loaded query={me} what="Your account">
      {(answer) =>
        answer.user === null ? (
          <Failed error={new ApiFailure(401, "not-signed-in", "This page is about your own account.")} />
        ) : (
          children({ ...answer, user: answer.user })
        )
      }
    </Loaded>
  );
}
