import { Anchor, Title } from "@mantine/core";
import { When } from "../../parts/dates.tsx";
import { visible } from "../../parts/visible.ts";
import { type ProjectPlace, useAttachments } from "./queries.ts";
import styles from "./reading.module.css";

/** Documentation and test results of a version, where there are any; nobody misses them who does not have them. */
export function Documents({ place, version }: { readonly place: ProjectPlace; readonly version: string }) {
  const items = (useAttachments(place).data?.items ?? []).filter((one) => one.version === version);
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="documents">
      <Title order={2} size="h4" id="documents" mb="xs">
        Documentation and test results
      </Title>
      <ul className={styles["plain"]}>
        {items.slice(0, 200).map(({ filename, kind, url, pages, about, attachedAt }) => (
          <li key={filename} className="breaks">
            <Anchor href={pages ?? url} underline="always">
              {kind === "documentation" ? "Documentation" : `Test result of ${visible(about ?? filename)}`}
            </Anchor>{" "}
            <When at={attachedAt} />
          </li>
        ))}
      </ul>
    </section>
  );
}
