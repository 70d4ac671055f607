import { Anchor, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "react-router";
import type { Project, Repository } from "../../../src/cli/api-types.ts";
import { ask } from "../api.ts";
import { useMay } from "./may.ts";
import { ProjectActions, RefreshButton, RemoveButton, VersionActions } from "./release-actions.tsx";
import { pathOf } from "./release-place.ts";
import { useMe } from "./session.ts";
import { visible } from "./visible.ts";

/**
 * What can be done to a project and the version of it that is shown, for who has signed in: it is done in the repository
 * that holds them, which may be another than the one that shows them.
 */
export function ManageRelease({
  repository,
  project,
  version,
}: {
  /** The one that is looked at. */
  readonly repository: string;
  readonly project: Project;
  readonly version: string | null;
}) {
  const isSignedIn = (useMe().data?.user ?? null) !== null;
  if (!isSignedIn) return null;
  const { members } = project;
  const [first, ...others] = members.includes(repository) ? [repository] : members;
  if (first === undefined) return null;
  if (others.length > 0) return <Holders members={members} project={project.project} />;
  return <Buttons holder={first} project={project} version={version} />;
}

/** Several have a part of it: what is done is done in one of them. */
function Holders({ members, project }: { readonly members: readonly string[]; readonly project: string }) {
  return (
    <Text size="sm" className="breaks">
      To change it, go to where it is held:{" "}
      {members.map((member, index) => (
        <span key={member}>
          {index === 0 ? "" : ", "}
          <Anchor component={Link} to={`/${member}/${encodeURIComponent(project)}`} inherit>
            {member}
          </Anchor>
        </span>
      ))}
      .
    </Text>
  );
}

function Buttons({
  holder,
  project,
  version,
}: {
  readonly holder: string;
  readonly project: Project;
  readonly version: string | null;
}) {
  const navigate = useNavigate();
  const [owner = "", name = ""] = holder.split("/");
  const kind = useQuery({
    queryKey: ["repository", owner, name],
    queryFn: ({ signal }) => ask<Repository>("GET", ["repositories", owner, name], { signal }),
  }).data?.kind;
  if (kind === undefined || kind === "virtual") return null;
  const place = { repository: holder, project: project.project };
  const shown = project.versions.find((one) => one.version === version);
  return (
    <Group gap="xs" role="group" aria-label="Manage">
      {shown === undefined ? null : (
        <VersionActions
          key={shown.version}
          place={place}
          version={shown.version}
          yanked={shown.yanked}
          isHeld={kind === "local"}
          onRemoved={() => void navigate(`/${holder}/${encodeURIComponent(project.project)}`)}
        />
      )}
      {kind === "local" ? (
        <ProjectActions
          place={place}
          status={project.status}
          statusReason={project.statusReason}
          onRemoved={() => void navigate(`/${holder}`)}
        />
      ) : (
        <RefreshButton place={place} />
      )}
    </Group>
  );
}

/** Removes one file, for who may, from the repository that holds it; of an upstream's it drops the copy. */
export function RemoveFile({
  member,
  project,
  filename,
}: {
  readonly member: string;
  readonly project: string;
  readonly filename: string;
}) {
  const place = { repository: member, project };
  if (!useMay("remove", member, project)) return null;
  return (
    <RemoveButton
      label={
        <>
          Remove<span className="visually-hidden"> {visible(filename)}</span>
        </>
      }
      path={[...pathOf(place), "files", filename]}
      what={visible(filename)}
    >
      The file goes from {member}, into the trash where there is one; of an upstream’s file the copy is dropped, and
      fetched again when it is asked for.
    </RemoveButton>
  );
}
