import { Anchor, Stack, Text, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import type { Contents } from "../../../../src/cli/api-types.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { sizeText } from "../../parts/sizes.ts";
import { Empty } from "../../parts/states.tsx";
import { visible } from "../../parts/visible.ts";
import { MemberList } from "./member-list.tsx";
import { type ProjectPlace, pathTo, useContents, useMember } from "./queries.ts";
import styles from "./reading.module.css";

/** A look inside a file; the member that is read stands in the address. */
export function Component() {
  const { owner = "", name = "", project = "", filename = "" } = useParams();
  const place = { owner, name, project };
  return (
    <Page
      title={`Inside ${visible(filename)}`}
      about={
        <>
          A file of{" "}
          <Anchor component={Link} to={pathTo(owner, name, project)}>
            {visible(project)} in {owner}/{name}
          </Anchor>
          . Nothing is unpacked; this is what it says it holds.
        </>
      }
    >
      <Loaded query={useContents(place, filename)} what="What it holds">
        {(contents) =>
          contents.because === null ? (
            <Inside place={place} filename={filename} contents={contents} />
          ) : (
            <Empty title="There is nothing to look into">{visible(contents.because)}</Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

function Inside({
  place,
  filename,
  contents: { items, count },
}: {
  readonly place: ProjectPlace;
  readonly filename: string;
  readonly contents: Contents;
}) {
  const [params, setParams] = useSearchParams();
  const path = params.get("path");
  const [text, setText] = useState("");
  const shown = useMemo(() => {
    const wanted = text.toLowerCase();
    return items.filter((item) => item.kind !== "folder" && item.path.toLowerCase().includes(wanted));
  }, [items, text]);
  const total = shown.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return (
    <Stack gap="md">
      <TextInput
        type="search"
        label="Only paths with"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maw={420}
      />
      <Text size="sm" c="dimmed" role="status">
        {shown.length.toLocaleString("en")} files, {sizeText(total)}
        {count > items.length
          ? `; the archive has ${count.toLocaleString("en")} entries, of which the first are listed`
          : ""}
      </Text>
      <MemberList items={shown} chosen={path} choose={(chosen) => setParams({ path: chosen })} />
      {path === null ? null : <MemberText place={place} filename={filename} path={path} />}
    </Stack>
  );
}

function MemberText({
  place,
  filename,
  path,
}: {
  readonly place: ProjectPlace;
  readonly filename: string;
  readonly path: string;
}) {
  return (
    <section aria-label={visible(path)}>
      <Text fw={600} className="breaks" mb="xs">
        {visible(path)}
      </Text>
      <Loaded query={useMember(place, filename, path)} what="The text">
        {({ text, sizeBytes, isCut }) =>
          text === null ? (
            <Empty title="It is no text">{sizeText(sizeBytes)} of something else.</Empty>
          ) : (
            <>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1). */}
              <section className={styles["text"]} tabIndex={0} aria-label={`Text of ${visible(path)}`}>
                <pre>{text}</pre>
              </section>
              {isCut ? <Text size="sm">It goes on; all of it has {sizeText(sizeBytes)}.</Text> : null}
            </>
          )
        }
      </Loaded>
    </section>
  );
}
