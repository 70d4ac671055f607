import { Anchor, Badge, Button, Code, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { File } from "../../../../src/cli/api-types.ts";
import { When } from "../../parts/dates.tsx";
import { Copy } from "../../parts/lines.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { RemoveFile } from "../../parts/manage-release.tsx";
import { Paged } from "../../parts/paged.tsx";
import { sizeText } from "../../parts/sizes.ts";
import { Empty } from "../../parts/states.tsx";
import { visible } from "../../parts/visible.ts";
import { explainFile } from "../../parts/wheel-tags.ts";
import { type ProjectPlace, pathTo, useDownloads, useVersion } from "./queries.ts";
import styles from "./reading.module.css";

/** The files of a version: what each is for, its size and digest, and how often it was fetched. */
export function FileList({ place, version }: { readonly place: ProjectPlace; readonly version: string }) {
  const counts = new Map((useDownloads(place, version).data?.items ?? []).map((one) => [one.filename, one.count]));
  return (
    <Loaded query={useVersion(place, version)} what="The files">
      {({ files }) =>
        files.length === 0 ? (
          <Empty title="This version has no files">It was registered without any.</Empty>
        ) : (
          <Paged items={files} what="files">
            {(page) => (
              <Stack component="ul" gap="xs" className={styles["plain"] ?? ""}>
                {page.map((file) => (
                  <FileRow key={file.filename} place={place} file={file} count={counts.get(file.filename) ?? null} />
                ))}
              </Stack>
            )}
          </Paged>
        )
      }
    </Loaded>
  );
}

function FileRow({
  place,
  file,
  count,
}: {
  readonly place: ProjectPlace;
  readonly file: File;
  readonly count: number | null;
}) {
  const { filename, sizeBytes, sha256, publishedAt, yanked, member, url } = file;
  const { kind, python, system } = explainFile(filename);
  const inside = `/ui/inside${pathTo(place.owner, place.name, place.project, filename)}`;
  return (
    <li className={styles["hit"]}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <Anchor href={url} download className="breaks">
          {visible(filename)}
        </Anchor>
        <Group gap="xs">
          <Badge variant="light" tt="none">
            {kind}
          </Badge>
          {yanked === null ? null : (
            <Badge color="yellow" variant="light" tt="none">
              yanked
            </Badge>
          )}
        </Group>
      </Group>
      <Text size="sm" className="breaks">
        For {visible(python)}; {visible(system)}.
      </Text>
      <Group gap="md">
        <Text size="sm" c="dimmed">
          {sizeBytes === null ? "size not known" : sizeText(sizeBytes)}
        </Text>
        {publishedAt === null ? null : (
          <Text size="sm" c="dimmed">
            <When at={publishedAt} />
          </Text>
        )}
        {count === null ? null : (
          <Text size="sm" c="dimmed">
            {count === 1 ? "1 download" : `${count.toLocaleString("en")} downloads`}
          </Text>
        )}
        <Text size="sm" c="dimmed" className="breaks">
          from {member}
        </Text>
        <Button
          component={Link}
          to={inside}
          size="compact-sm"
          variant="default"
          aria-label={`Look inside ${visible(filename)}`}
        >
          Look inside
        </Button>
        <RemoveFile member={member} project={place.project} filename={filename} />
      </Group>
      {sha256 === null ? null : (
        <Group gap="xs" wrap="nowrap">
          <Text size="xs" c="dimmed">
            sha256
          </Text>
          <Code className="breaks">{sha256}</Code>
          <Copy text={sha256} what={`sha256 of ${visible(filename)}`} />
        </Group>
      )}
    </li>
  );
}
