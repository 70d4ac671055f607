import { Alert } from "@mantine/core";
import type { Project } from "../../../../src/cli/api-types.ts";
import { When } from "../../parts/dates.tsx";
import { visible } from "../../parts/visible.ts";

const STATUSES = {
  archived: { color: "yellow", title: "Archived", text: "Nothing more is published of it." },
  deprecated: { color: "yellow", title: "Deprecated", text: "Its owners advise against using it." },
  quarantined: { color: "red", title: "Quarantined", text: "Its files are not given out." },
} as const;

/** What one should know before one installs it. */
export function StatusBanner({ project, yanked }: { readonly project: Project; readonly yanked: string | null }) {
  const { status, statusReason, staleSince } = project;
  const known = status === "active" ? null : STATUSES[status];
  return (
    <>
      {known === null ? null : (
        <Alert color={known.color} title={known.title}>
          {known.text}
          <Reason text={statusReason} />
        </Alert>
      )}
      {yanked === null ? null : (
        <Alert color="yellow" title="This version was yanked">
          Installers skip it unless exactly this version is asked for.
          <Reason text={yanked} />
        </Alert>
      )}
      {staleSince === null ? null : (
        <Alert color="yellow" title="The upstream did not answer">
          This is what it had at <When at={staleSince} />.
        </Alert>
      )}
    </>
  );
}

function Reason({ text }: { readonly text: string | null }) {
  if (text === null || text === "") return null;
  return <div className="breaks">The reason given: {visible(text)}</div>;
}
