import { Anchor, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { Repository } from "../../../../src/cli/api-types.ts";
import { FreshToken } from "../../parts/fresh-token.tsx";
import { Lines } from "../../parts/lines.tsx";
import { serverAddress } from "../../parts/set-me-up.tsx";

/** The one line that brings the first package. */
export function FirstUpload({ repository }: { readonly repository: Repository }) {
  const [token, setToken] = useState<string | null>(null);
  const address = `${serverAddress()}/${repository.name}/`;
  const secret = token ?? "TOKEN";
  return (
    <Stack>
      <FreshToken repository={repository} user="root" onMade={setToken} />
      <Lines
        title="With uv, in the folder of a project"
        text={`uv build\nuv publish --publish-url ${address} --token ${secret} dist/*`}
      />
      <Lines
        title="With Twine, what has been built already"
        text={`twine upload --repository-url ${address} -u __token__ -p ${secret} dist/*`}
      />
      <Text>
        All other tools:{" "}
        <Anchor component={Link} to={`/${repository.name}/-/set-up`} underline="always">
          set me up with {repository.name}
        </Anchor>
        .
      </Text>
    </Stack>
  );
}
