import { Anchor, Badge, Group, Stack, Text, Title } from "@mantine/core";
import type { Description } from "../../../../src/cli/api-types.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Empty } from "../../parts/states.tsx";
import { visible } from "../../parts/visible.ts";
import { Documents } from "./documents.tsx";
import { Fact, Facts } from "./facts.tsx";
import { type ProjectPlace, useDescription } from "./queries.ts";
import styles from "./reading.module.css";

/** What a version says about itself. */
export function About({ place, version }: { readonly place: ProjectPlace; readonly version: string }) {
  return (
    <Loaded query={useDescription(place, version)} what="The description">
      {(known) => (
        <Stack gap="lg">
          {known.isWhole ? null : (
            <Text c="dimmed">There is more to know, but the upstream did not give it just now.</Text>
          )}
          <Metadata known={known} />
          <Documents place={place} version={version} />
          <Readme readme={known.readme} />
        </Stack>
      )}
    </Loaded>
  );
}

function Metadata({ known }: { readonly known: Description }) {
  const { keywords, classifiers, links } = known;
  return (
    <Facts>
      <Fact name="Needs">{textOf(known.requires)}</Fact>
      <Fact name="Licence">{textOf(known.license)}</Fact>
      <Fact name="Author">{textOf(known.author)}</Fact>
      <Fact name="Maintainer">{textOf(known.maintainer)}</Fact>
      <Fact name="Links">{links.length === 0 ? null : <Links links={links} />}</Fact>
      <Fact name="Keywords">{keywords.length === 0 ? null : <Words words={keywords} />}</Fact>
      <Fact name="Classifiers">{classifiers.length === 0 ? null : <Classifiers classifiers={classifiers} />}</Fact>
    </Facts>
  );
}

function Classifiers({ classifiers }: { readonly classifiers: readonly string[] }) {
  return (
    <details>
      <summary>{classifiers.length} of them</summary>
      <ul>
        {classifiers.map((one) => (
          <li key={one}>{visible(one)}</li>
        ))}
      </ul>
    </details>
  );
}

function textOf(text: string | null): string | null {
  return text === null ? null : visible(text);
}

function Words({ words }: { readonly words: readonly string[] }) {
  return (
    <Group gap={4}>
      {words.slice(0, 50).map((word) => (
        <Badge key={word} variant="default" tt="none" maw="100%">
          {visible(word)}
        </Badge>
      ))}
    </Group>
  );
}

function Links({ links }: { readonly links: Description["links"] }) {
  return (
    <ul className={styles["plain"]}>
      {links.map(({ label, text, url }) => (
        <li key={`${label} ${text}`}>
          {visible(label)}:{" "}
          {url === null ? (
            visible(text)
          ) : (
            <Anchor href={url} rel="noopener nofollow" underline="always">
              {visible(text)}
            </Anchor>
          )}
        </li>
      ))}
    </ul>
  );
}

function Readme({ readme }: { readonly readme: Description["readme"] }) {
  if (readme === null) return <Empty title="It has no description">Its authors did not write one.</Empty>;
  return (
    <section aria-labelledby="readme">
      <Title order={2} size="h4" id="readme" mb="sm">
        Description
      </Title>
      {readme.html === null ? (
        <>
          {readme.writtenIn === "restructuredtext" ? (
            <Text size="sm" c="dimmed" mb="xs">
              Shown as it was written, in reStructuredText.
            </Text>
          ) : null}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1). */}
          <section className={styles["text"]} tabIndex={0} aria-label="Description as it was written">
            <pre className={styles["wrapped"]}>{readme.text}</pre>
          </section>
          {readme.isCut ? <Text size="sm">It goes on; read the rest in the file itself.</Text> : null}
        </>
      ) : (
        // biome-ignore lint/security/noDangerouslySetInnerHtml: the server has left nothing in it that could do harm.
        <div className={styles["readme"]} dangerouslySetInnerHTML={{ __html: readme.html }} />
      )}
    </section>
  );
}
