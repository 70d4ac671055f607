import { Button, Group, Select, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Project, Status } from "../../../src/cli/api-types.ts";
import { ask } from "../api.ts";
import { Asked } from "./asked.tsx";
import { FormFailure } from "./form-failure.tsx";
import { useMay } from "./may.ts";
import { CHANGED, pathOf, type ReleasePlace } from "./release-place.ts";
import { RemoveButton } from "./remove-button.tsx";
import { useAction } from "./use-action.ts";

/** Status and removal of a project: the buttons that would work for who looks at it, or nothing. */
export function ProjectActions({
  place,
  status,
  statusReason,
  onRemoved,
}: {
  readonly place: ReleasePlace;
  readonly status: Project["status"];
  readonly statusReason: string | null;
  readonly onRemoved?: () => void;
}) {
  const maySetStatus = useMay("yank", place.repository, place.project);
  const mayAdminister = useMay("administer", place.repository, place.project);
  const mayRemove = useMay("remove", place.repository, place.project);
  return (
    <Group gap="xs">
      {maySetStatus ? <StatusButton place={place} status={status} statusReason={statusReason} /> : null}
      {mayAdminister ? <ReleaseNameButton place={place} /> : null}
      {mayRemove ? (
        <RemoveButton
          label="Remove the project"
          path={pathOf(place)}
          what={place.project}
          typed={place.project}
          onRemoved={onRemoved}
        >
          The project goes with all its versions and files, into the trash where there is one. Its name stays held, so
          that nobody else’s project of that name takes its place.
        </RemoveButton>
      ) : null}
    </Group>
  );
}

const STATUSES: readonly { readonly value: Status["status"]; readonly label: string }[] = [
  { value: "active", label: "Active: as usual" },
  { value: "deprecated", label: "Deprecated: use something else" },
  { value: "archived", label: "Archived: no more releases" },
  { value: "quarantined", label: "Quarantined: unsafe, not to be installed" },
];

function StatusButton({
  place,
  status: before,
  statusReason,
}: {
  readonly place: ReleasePlace;
  readonly status: Project["status"];
  readonly statusReason: string | null;
}) {
  const [isOpen, setOpen] = useState(false);
  const [status, setStatus] = useState<Status["status"]>(before);
  const [reason, setReason] = useState(statusReason ?? "");
  const setting = useAction({
    work: () =>
      ask<null>("PUT", [...pathOf(place), "status"], { body: { status, reason: reason === "" ? null : reason } }),
    done: `${place.project} is ${status}`,
    refresh: CHANGED,
    after: () => setOpen(false),
  });
  return (
    <Asked
      label="Set the status"
      title={`Status of ${place.project}`}
      deed="Set the status"
      isHarmless
      isOpen={isOpen}
      setOpen={setOpen}
      action={setting}
    >
      <Stack gap="sm">
        <Select
          label="Status"
          description="Installers and people are told."
          data={STATUSES.map(({ value, label }) => ({ value, label }))}
          allowDeselect={false}
          value={status}
          onChange={(text) => setStatus(STATUSES.find(({ value }) => value === text)?.value ?? status)}
        />
        <Textarea
          label="Reason"
          description="Shown with it, for example what to use instead."
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          autosize
          minRows={2}
          maxLength={1000}
        />
      </Stack>
    </Asked>
  );
}

function ReleaseNameButton({ place }: { readonly place: ReleasePlace }) {
  const [isOpen, setOpen] = useState(false);
  const releasing = useAction({
    work: () => ask<null>("DELETE", [...pathOf(place), "hold"]),
    done: `The name ${place.project} is let go`,
    refresh: CHANGED,
    after: () => setOpen(false),
  });
  return (
    <Asked
      label="Let the name go"
      title={`Let the name ${place.project} go?`}
      deed="Let it go"
      isOpen={isOpen}
      setOpen={setOpen}
      action={releasing}
    >
      <Text size="sm">
        Upstreams may be asked for it again, and what strangers publish there under this name is shown. Do it only where
        you trust them with it.
      </Text>
    </Asked>
  );
}

/** Has the upstream asked again for a project, for a remote repository or one with remotes behind it; or nothing. */
export function RefreshButton({ place }: { readonly place: ReleasePlace }) {
  const mayFill = useMay("fill-cache", place.repository, place.project);
  const refreshing = useAction({
    work: () => ask<null>("POST", [...pathOf(place), "refresh"]),
    done: `The upstream is asked again for ${place.project}`,
    refresh: CHANGED,
  });
  if (!mayFill) return null;
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" loading={refreshing.isPending} onClick={() => refreshing.mutate()}>
        Ask the upstream again
      </Button>
      <FormFailure error={refreshing.error} />
    </Group>
  );
}
