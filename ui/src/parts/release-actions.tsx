import { Alert, Button, Group, List, Select, Stack, Switch, Text, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { Project, Promoted, Status, Yanked } from "../../../src/cli/api-types.ts";
import { ApiFailure, ask } from "../api.ts";
import { Confirm } from "./confirm.tsx";
import { useMay } from "./may.ts";
import { RepositoryPicker } from "./repository-picker.tsx";
import { useAction } from "./use-action.ts";

/** What is asked again after a release has changed. */
const CHANGED = [["project"], ["projects"], ["version"], ["search"], ["recent"], ["resolution"], ["trash"]] as const;

/** `repository`: the one that holds the release itself, not one that only shows it; `owner/name`. */
export interface ReleasePlace {
  readonly repository: string;
  readonly project: string;
}

function pathOf({ repository, project }: ReleasePlace): readonly string[] {
  return ["repositories", ...repository.split("/"), "projects", project];
}

/** Yank, promote and remove a version: the buttons that would work for who looks at it, or nothing. */
export function VersionActions({
  place,
  version,
  yanked,
  isPromotable = true,
  onRemoved,
}: {
  readonly place: ReleasePlace;
  readonly version: string;
  readonly yanked: string | null;
  /** For who may sign in at all: where to is asked of the server. */
  readonly isPromotable?: boolean;
  readonly onRemoved?: () => void;
}) {
  const mayYank = useMay("yank", place.repository, place.project);
  const mayRemove = useMay("remove", place.repository, place.project);
  const mayRead = useMay("read", place.repository, place.project);
  return (
    <Group gap="xs">
      {mayYank ? <YankButton place={place} version={version} yanked={yanked} /> : null}
      {mayRead && isPromotable ? <PromoteButton place={place} version={version} /> : null}
      {mayRemove ? (
        <RemoveButton
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
  const mayPublish = useMay("publish", place.repository, place.project);
  const mayRemove = useMay("remove", place.repository, place.project);
  return (
    <Group gap="xs">
      {mayPublish ? <StatusButton place={place} status={status} statusReason={statusReason} /> : null}
      {mayRemove ? (
        <RemoveButton path={pathOf(place)} what={place.project} typed={place.project} onRemoved={onRemoved}>
          The project goes with all its versions and files, into the trash where there is one. Its name stays held, so
          that nobody else’s project of that name takes its place.
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
      label="Status"
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

/** Removing, and where the repository is immutable, removing all the same for who administers it. */
export function RemoveButton({
  path,
  what,
  typed,
  onRemoved,
  children,
}: {
  /** Of what is removed, below `/api/v1`. */
  readonly path: readonly string[];
  readonly what: string;
  readonly typed?: string;
  readonly onRemoved?: (() => void) | undefined;
  readonly children: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const [isForced, setForced] = useState(false);
  const removing = useAction({
    work: () => ask<null>("DELETE", path, isForced ? { query: { force: "true" } } : {}),
    done: `${what} is removed`,
    refresh: CHANGED,
    after: () => {
      setOpen(false);
      onRemoved?.();
    },
  });
  const isImmutable = removing.error instanceof ApiFailure && removing.error.code === "repository-immutable";
  return (
    <Asked
      label="Remove"
      color="red"
      title={`Remove ${what}?`}
      deed="Remove"
      isOpen={isOpen}
      setOpen={setOpen}
      action={removing}
      {...(typed === undefined ? {} : { typed })}
    >
      <Stack gap="sm">
        <Text size="sm">{children}</Text>
        {isImmutable || isForced ? (
          <Switch
            label="Remove it all the same"
            description="The repository promises that files stay; only who administers it may break that."
            checked={isForced}
            onChange={(event) => setForced(event.currentTarget.checked)}
          />
        ) : null}
      </Stack>
    </Asked>
  );
}

/** A button and the dialog that it opens. */
function Asked({
  label,
  color,
  isOpen,
  setOpen,
  action,
  isReady = true,
  children,
  ...wish
}: {
  readonly label: string;
  readonly color?: string;
  readonly title: string;
  readonly deed: string;
  readonly typed?: string;
  readonly isHarmless?: boolean;
  readonly isReady?: boolean;
  readonly isOpen: boolean;
  readonly setOpen: (isOpen: boolean) => void;
  readonly action: {
    readonly isPending: boolean;
    readonly error: Error | null;
    readonly mutate: () => void;
    readonly reset: () => void;
  };
  readonly children: ReactNode;
}) {
  return (
    <>
      <Button
        size="xs"
        variant={color === undefined ? "default" : "outline"}
        {...(color === undefined ? {} : { color })}
        onClick={() => {
          action.reset();
          setOpen(true);
        }}
      >
        {label}
      </Button>
      <Confirm
        {...wish}
        isOpen={isOpen}
        isBusy={action.isPending}
        error={action.error}
        onClose={() => setOpen(false)}
        onConfirm={() => {
          if (isReady) action.mutate();
        }}
      >
        {children}
      </Confirm>
    </>
  );
}
