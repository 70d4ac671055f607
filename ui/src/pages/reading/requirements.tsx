import { Anchor, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import type { Description } from "../../../../src/cli/api-types.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Empty } from "../../parts/states.tsx";
import { visible } from "../../parts/visible.ts";
import { type ProjectPlace, pathTo, useDescription } from "./queries.ts";

/** What a version needs: always, and with each of its extras. Links lead to the package in the same repository. */
export function Requirements({ place, version }: { readonly place: ProjectPlace; readonly version: string }) {
  return (
    <Loaded query={useDescription(place, version)} what="What it needs">
      {({ requirements, requires }) => {
        const groups = Map.groupBy(requirements, ({ extra }) => extra);
        return (
          <Stack gap="lg">
            {requires === null ? null : <Text>{visible(requires)}</Text>}
            {requirements.length === 0 ? <Empty title="It needs no other packages" /> : null}
            {[...groups].map(([extra, items]) => (
              <section key={extra ?? ""} aria-label={extra === null ? "Always" : `With the extra ${visible(extra)}`}>
                <Title order={2} size="h5" mb="xs">
                  {extra === null ? "Always" : `With the extra [${visible(extra)}]`}
                </Title>
                <ul>
                  {items.map((item) => (
                    <li key={item.text} className="breaks">
                      <RequirementText place={place} item={item} />
                    </li>
                  ))}
                </ul>
              </section>
            ))}
          </Stack>
        );
      }}
    </Loaded>
  );
}

function RequirementText({
  place,
  item: { text, project },
}: {
  readonly place: ProjectPlace;
  readonly item: Description["requirements"][number];
}) {
  if (project === null) return visible(text);
  const name = /^\s*[a-z0-9][a-z0-9._-]*/i.exec(text)?.[0] ?? "";
  return (
    <>
      <Anchor component={Link} to={pathTo(place.owner, place.name, project)} underline="always">
        {visible(name.trim())}
      </Anchor>
      {visible(text.slice(name.length))}
    </>
  );
}
