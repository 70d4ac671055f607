import { Alert, Group, List, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Promoted, Yanked } from "../../../src/cli/api-types.ts";
import { ask } from "../api.ts";
import { Asked } from "./asked.tsx";
import { useMay } from "./may.ts";
import { CHANGED, pathOf, type ReleasePlace } from "./release-place.ts";
import { RemoveButton } from "./remove-button.tsx";
import { RepositoryPicker } from "./repository-picker.tsx";
import { useAction } from "./use-action.ts";

export { ProjectActions, RefreshButton } from "./project-actions.tsx";
export { RemoveButton } from "./remove-button.tsx";

/** Yank, promote and remove a version: the buttons that would work for who looks at it, or nothing. */
export function VersionActions({
  place,
  version,
  yanked,
  isHeld = true,
  onRemoved,
}: {
  readonly place: ReleasePlace;
  readonly version: string;
  readonly yanked: string | null;
  /** `false`: it is an upstream's, which can be copied elsewhere and not changed. */
  readonly isHeld?: boolean;
  readonly onRemoved?: () => void;
}) {
  const mayYank = useMay("yank", place.repository, place.project);
  const mayRemove = useMay("remove", place.repository, place.project);
  const mayRead = useMay("read", place.repository, place.project);
  return (
    <Group gap="xs">
      {mayYank && isHeld ? <YankButton place={place} version={version} yanked={yanked} /> : null}
      {mayRead ? <PromoteButton place={place} version={version} /> : null}
      {mayRemove && isHeld ? (
        <RemoveButton
          label="Remove the version"
          path={[...pathOf(place), "versions", version]}
          what={`${place.project} ${version}`}
          onRemoved={onRemoved}
        >
          The version goes with its files, into the trash where there is one. Who has pinned it cannot install it any
          more; yanking it is gentler.
        </RemoveButton>
      ) : null}
    </Group>
  );
}

function YankButton({
  place,
  version,
  yanked,
}: {
  readonly place: ReleasePlace;
  readonly version: string;
  readonly yanked: string | null;
}) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState(yanked ?? "");
  const isYanked = yanked !== null;
  const path = [...pathOf(place), "versions", version, "yank"];
  const yanking = useAction({
    work: () => ask<Yanked>(isYanked ? "DELETE" : "PUT", path, isYanked ? {} : { body: { reason } }),
    done: isYanked ? `${version} is offered again` : `${version} is yanked`,
    refresh: CHANGED,
    after: () => setOpen(false),
  });
  return (
    <Asked
      label={isYanked ? "Unyank" : "Yank"}
      title={isYanked ? `Take the yank of ${version} back?` : `Yank ${version}?`}
      deed={isYanked ? "Take it back" : "Yank it"}
      isHarmless={isYanked}
      isOpen={isOpen}
      setOpen={setOpen}
      action={yanking}
    >
      {isYanked ? (
        <Text size="sm">Installers take it again without being told to.</Text>
      ) : (
        <Stack gap="sm">
          <Text size="sm">
            Installers skip a yanked version unless it is pinned exactly; its files stay. It can be taken back.
          </Text>
          <Textarea
            label="Reason"
            description="Shown to who installs it all the same."
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            autosize
            minRows={2}
            maxLength={1000}
          />
        </Stack>
      )}
    </Asked>
  );
}

function PromoteButton({ place, version }: { readonly place: ReleasePlace; readonly version: string }) {
  const [isOpen, setOpen] = useState(false);
  const [to, setTo] = useState<string | null>(null);
  const promoting = useAction({
    work: () => ask<Promoted>("POST", [...pathOf(place), "versions", version, "promote"], { body: { to } }),
    done: (promoted) => `${place.project} ${version} is in ${promoted.to}`,
    refresh: CHANGED,
  });
  return (
    <Asked
      label="Promote"
      title={`Promote ${place.project} ${version}`}
      deed="Copy it there"
      isHarmless
      isReady={to !== null}
      isOpen={isOpen}
      setOpen={setOpen}
      action={promoting}
    >
      <Stack gap="sm">
        <Text size="sm">
          Copies the version with its files, test results and documentation to another repository, for example from
          development to production. It stays here, too.
        </Text>
        <RepositoryPicker
          label="To"
          description="You need the right to publish there."
          value={to}
          onChange={setTo}
          among={({ name, kind }) => kind !== "remote" && name !== place.repository}
        />
        {promoting.data === undefined ? null : (
          <Alert color="teal" title={`It is in ${promoting.data.to}`} role="status">
            <List size="sm">
              {promoting.data.steps.map(({ kind, what }) => (
                <List.Item key={`${kind} ${what}`} className="breaks">
                  {what}
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
      </Stack>
    </Asked>
  );
}
