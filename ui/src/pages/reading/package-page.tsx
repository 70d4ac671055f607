import { Alert, Anchor, Button, Group, Tabs } from "@mantine/core";
import { Link, useParams, useSearchParams } from "react-router";
import type { Project } from "../../../../src/cli/api-types.ts";
import { When } from "../../parts/dates.tsx";
import { Lines } from "../../parts/lines.tsx";
import { ManageRelease } from "../../parts/manage-release.tsx";
import { Page } from "../../parts/page.tsx";
import { serverAddress } from "../../parts/set-me-up.tsx";
import { Empty } from "../../parts/states.tsx";
import { visible } from "../../parts/visible.ts";
import { About } from "./about.tsx";
import { FileList } from "./file-list.tsx";
import { LoadedPage } from "./loaded-page.tsx";
import { Origin } from "./origin.tsx";
import { type ProjectPlace, pathTo, useDescription, useProject } from "./queries.ts";
import { Requirements } from "./requirements.tsx";
import { StatusBanner } from "./status-banner.tsx";
import { VersionList } from "./version-list.tsx";

/** A package as one repository shows it; of the version in the address, or of the newest that one would install. */
export function Component() {
  const { owner = "", name = "", project = "", version } = useParams();
  const place = { owner, name, project };
  return (
    <LoadedPage title={visible(project)} query={useProject(place)} what="The package">
      {(known) => <PackageView place={place} project={known} version={version ?? newestOf(known)} />}
    </LoadedPage>
  );
}

/** Not yanked and no pre-release, where there is such a one. */
function newestOf({ versions }: Project): string | null {
  const whole = versions.filter(({ files, yanked }) => files > 0 && yanked === null);
  const stable = whole.find(
    ({ version }) => !/(?:a|b|c|rc|dev|alpha|beta|pre)\.?\d*/i.test(version.replace(/\+.*/, "")),
  );
  return (stable ?? whole[0] ?? versions[0])?.version ?? null;
}

function PackageView({
  place,
  project,
  version,
}: {
  readonly place: ProjectPlace;
  readonly project: Project;
  readonly version: string | null;
}) {
  const repository = `${place.owner}/${place.name}`;
  const summary = useDescription(place, version ?? "-").data?.summary ?? null;
  const shown = project.versions.find((one) => one.version === version);
  const about = (
    <>
      {summary === null ? null : <div className="breaks">{visible(summary)}</div>}
      <div>
        in{" "}
        <Anchor component={Link} to={pathTo(repository)}>
          {repository}
        </Anchor>
        {shown?.publishedAt == null ? null : (
          <>
            , published <When at={shown.publishedAt} />
          </>
        )}
      </div>
    </>
  );
  const actions = (
    <>
      <Button component={Link} to={`${pathTo(repository)}/-/set-up`} variant="default">
        Set me up
      </Button>
      {project.versions.length < 2 ? null : (
        <Button component={Link} to={comparing(place, version)} variant="default">
          Compare versions
        </Button>
      )}
    </>
  );
  return (
    <Page title={visible(`${project.displayName} ${version ?? ""}`.trim())} about={about} actions={actions}>
      <StatusBanner project={project} yanked={shown?.yanked ?? null} />
      <ManageRelease repository={repository} project={project} version={version} />
      {version === null ? (
        <Empty title="There is no version of it">
          {project.files === 0 ? "The name is held here, so no upstream is asked for it." : null}
        </Empty>
      ) : (
        <VersionView place={place} project={project} version={version} />
      )}
    </Page>
  );
}

function comparing({ owner, name, project }: ProjectPlace, version: string | null): string {
  return `/ui/compare${pathTo(owner, name, project)}${version === null ? "" : `?to=${encodeURIComponent(version)}`}`;
}

const TABS = ["about", "versions", "files", "requirements", "origin"] as const;
const TITLES = { about: "About", versions: "Versions", files: "Files", requirements: "Needs", origin: "Why this" };

function VersionView({
  place,
  project,
  version,
}: {
  readonly place: ProjectPlace;
  readonly project: Project;
  readonly version: string;
}) {
  const [params, setParams] = useSearchParams();
  const wanted = TABS.find((tab) => tab === params.get("tab")) ?? "about";
  const isKnown = project.versions.some((one) => one.version === version);
  if (!isKnown) {
    return (
      <Alert color="yellow" title="There is no such version here">
        <Anchor component={Link} to={pathTo(place.owner, place.name, place.project)}>
          To the newest
        </Anchor>
      </Alert>
    );
  }
  const command = `pip install --index-url ${serverAddress()}${pathTo(place.owner, place.name)}/simple/ ${project.project}==${version}`;
  return (
    <>
      <Lines title="Install it" text={command} />
      <Tabs
        value={wanted}
        keepMounted={false}
        onChange={(tab) => setParams(tab === null || tab === "about" ? {} : { tab }, { replace: true })}
      >
        <Group wrap="nowrap" style={{ overflowX: "auto" }}>
          <Tabs.List style={{ flexWrap: "nowrap" }}>
            {TABS.map((tab) => (
              <Tabs.Tab key={tab} value={tab}>
                {TITLES[tab]}
                {tab === "versions" ? ` (${project.versions.length.toLocaleString("en")})` : ""}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Group>
        <Tabs.Panel value="about" pt="md">
          <About place={place} version={version} />
        </Tabs.Panel>
        <Tabs.Panel value="versions" pt="md">
          <VersionList place={place} versions={project.versions} shown={version} />
        </Tabs.Panel>
        <Tabs.Panel value="files" pt="md">
          <FileList place={place} version={version} />
        </Tabs.Panel>
        <Tabs.Panel value="requirements" pt="md">
          <Requirements place={place} version={version} />
        </Tabs.Panel>
        <Tabs.Panel value="origin" pt="md">
          <Origin place={place} project={project} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
