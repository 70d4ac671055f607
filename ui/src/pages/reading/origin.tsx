import { Anchor, Badge, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Project, Resolution } from "../../../../src/cli/api-types.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Empty } from "../../parts/states.tsx";
import { Rows } from "../admin/rows.tsx";
import { type ProjectPlace, pathTo, useResolution } from "./queries.ts";

const VERDICTS: Readonly<Record<Resolution["members"][number]["verdict"], string>> = {
  answers: "answers",
  "is-asked": "is asked",
  "has-none": "has none",
  outranked: "outranked",
  "not-asked": "not asked",
  "kept-out": "kept out",
  withheld: "blacked out",
  "not-readable": "not for you",
};

/** Why one gets these files: which member they come from, and the rule that says so. */
export function Origin({ place, project }: { readonly place: ProjectPlace; readonly project: Project }) {
  const from = project.members.join(", ");
  return (
    <Stack gap="md">
      <Text>
        {project.members.length === 0
          ? "No repository shows files of it here."
          : `Its files come from ${from}. Each repository below was looked at in this order of trust.`}
      </Text>
      <Loaded query={useResolution(place)} what="The rule">
        {({ members }) =>
          members.length === 0 ? (
            <Empty title="There is nothing to choose from" />
          ) : (
            <Rows
              label="Repositories in order of trust, and why each does or does not answer"
              items={members}
              keyOf={({ member }) => member}
              columns={[
                {
                  title: "Repository",
                  cell: ({ member }) => (
                    <Anchor component={Link} to={pathTo(member)}>
                      {member}
                    </Anchor>
                  ),
                },
                {
                  title: "Verdict",
                  cell: ({ verdict, member }) => (
                    <Badge variant="light" tt="none" color={project.members.includes(member) ? "teal" : "gray"}>
                      {VERDICTS[verdict]}
                    </Badge>
                  ),
                },
                { title: "Why", cell: ({ because }) => because },
              ]}
            />
          )
        }
      </Loaded>
    </Stack>
  );
}
