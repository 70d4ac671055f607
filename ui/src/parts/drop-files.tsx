import "@mantine/dropzone/styles.css";
import { Alert, Anchor, Button, Card, Group, Progress, Stack, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconCheck, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { Repository, Why } from "../../../src/cli/api-types.ts";
import { ApiFailure, ask, BASE } from "../api.ts";
import { failureText } from "./form-failure.tsx";
import { Loaded } from "./loaded.tsx";
import { useMe } from "./session.ts";
import { sizeText } from "./sizes.ts";
import { Failed } from "./states.tsx";
import type { Upload } from "./uploads.ts";
import { useUploads } from "./use-uploads.ts";

/** A place to drop files on, for a repository to which one may publish; to everybody else it says why not. */
export function DropFiles({ repository }: { readonly repository: Repository }) {
  const me = useMe();
  const user = me.data?.user ?? null;
  const why = useQuery({
    queryKey: ["why", user, "publish", repository.name],
    queryFn: ({ signal }) => {
      const query = { action: "publish", repository: repository.name, ...(user === null ? {} : { user }) };
      return ask<Why>("GET", ["why"], { query, signal });
    },
    enabled: user !== null,
  });
  if (me.data !== undefined && user === null) {
    return <Failed error={new ApiFailure(401, "not-signed-in", "Publishing needs an account that may.")} />;
  }
  return (
    <Loaded query={why} what="What you may do here">
      {({ isAllowed, because }) =>
        isAllowed ? (
          <DropZone repository={repository} />
        ) : (
          <Alert color="yellow" title="You may not publish here">
            <Text className="breaks">{failureText(new ApiFailure(403, "not-permitted", because))}.</Text>
          </Alert>
        )
      }
    </Loaded>
  );
}

function DropZone({ repository }: { readonly repository: Repository }) {
  const { uploads, add, retry, clear } = useUploads(repository.name);
  const isPython = repository.format === "python";
  const what = isPython ? "Wheels (.whl) and source distributions (.tar.gz)" : "Any files";
  return (
    <Stack>
      <Dropzone onDrop={add} aria-label={`Choose files to publish to ${repository.name}`} p="xl">
        <Stack align="center" gap="xs" style={{ pointerEvents: "none" }}>
          <IconUpload size={32} aria-hidden />
          <Text fw={600} ta="center">
            Drop files here, or press to choose
          </Text>
          <Text size="sm" c="dimmed" ta="center">
            {what}. The server checks each as it checks every upload.
          </Text>
        </Stack>
      </Dropzone>
      <Summary uploads={uploads} onClear={clear} />
      <Stack component="ul" gap="xs" p={0} m={0} aria-label="Files">
        {uploads.map((upload) => (
          <UploadCard key={upload.id} upload={upload} owner={repository.name} isPython={isPython} onRetry={retry} />
        ))}
      </Stack>
    </Stack>
  );
}

/** Told to screen readers as it changes; the bars are not. */
function Summary({ uploads, onClear }: { readonly uploads: readonly Upload<File>[]; readonly onClear: () => void }) {
  const count = (kind: Upload<File>["state"]["kind"]) => uploads.filter(({ state }) => state.kind === kind).length;
  const done = count("done");
  const failed = count("failed");
  const text =
    uploads.length === 0 ? "" : `${done} of ${uploads.length} published${failed > 0 ? `, ${failed} not` : ""}`;
  return (
    <Group justify="space-between" mih={uploads.length === 0 ? 0 : 30}>
      <Text role="status" fw={600}>
        {text}
      </Text>
      {done === 0 ? null : (
        <Button size="xs" variant="default" onClick={onClear}>
          Clear what is published
        </Button>
      )}
    </Group>
  );
}

function UploadCard({
  upload,
  owner,
  isPython,
  onRetry,
}: {
  readonly upload: Upload<File>;
  readonly owner: string;
  readonly isPython: boolean;
  readonly onRetry: (id: number) => void;
}) {
  const { id, name, sizeBytes, state } = upload;
  return (
    <Card component="li" withBorder padding="sm" style={{ listStyle: "none" }}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text className="breaks" fw={600}>
          {name}
        </Text>
        <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
          {sizeText(sizeBytes)}
        </Text>
      </Group>
      {state.kind === "waiting" ? <Text size="sm">Waits for its turn</Text> : null}
      {state.kind === "sending" ? <Sending name={name} sentBytes={state.sentBytes} sizeBytes={sizeBytes} /> : null}
      {state.kind === "done" ? (
        <Group gap="xs">
          <IconCheck size={16} aria-hidden />
          <Text size="sm">
            Published
            {isPython ? (
              <>
                {" as "}
                <Anchor component={Link} to={pageOf(owner, state.path)} inherit underline="always">
                  {state.path.split("/").slice(0, 2).join(" ")}
                </Anchor>
              </>
            ) : null}
          </Text>
        </Group>
      ) : null}
      {state.kind === "failed" ? (
        <Group justify="space-between" align="flex-start" mt={4}>
          <Text
            size="sm"
            c="var(--mantine-color-error)"
            className="breaks"
            style={{ flex: 1, minWidth: 200 }}
            role="alert"
          >
            {failureText(state.error)}
            <SignInAgain error={state.error} />
          </Text>
          <Button size="xs" variant="default" aria-label={`Try again: ${name}`} onClick={() => onRetry(id)}>
            Try again
          </Button>
        </Group>
      ) : null}
    </Card>
  );
}

/** In another tab, so that what was dropped stays in this one. */
function SignInAgain({ error }: { readonly error: Error }) {
  if (!(error instanceof ApiFailure && error.status === 401)) return null;
  return (
    <>
      {". Nothing is lost: "}
      <Anchor href={`${BASE}ui/login`} target="_blank" rel="noreferrer" inherit underline="always">
        sign in in a new tab
      </Anchor>
      , come back and try again.
    </>
  );
}

function Sending({
  name,
  sentBytes,
  sizeBytes,
}: {
  readonly name: string;
  readonly sentBytes: number;
  readonly sizeBytes: number;
}) {
  // The form around the bytes counts too, and an empty file has none.
  const percent = sizeBytes === 0 ? 100 : Math.min(100, Math.floor((sentBytes / sizeBytes) * 100));
  return (
    <Stack gap={4} mt={4}>
      <Progress.Root>
        <Progress.Section value={percent} aria-label={`${name} is being sent`} animated={percent === 100} />
      </Progress.Root>
      <Text size="sm" c="dimmed">
        {percent < 100 ? `${percent} % sent` : "Sent; the server looks at it"}
      </Text>
    </Stack>
  );
}

/** The page of the version, from where its file stands in the tree: `Name/version/file`. */
function pageOf(repository: string, path: string): string {
  const [name = "", version = ""] = path.split("/");
  const project = name.toLowerCase().replace(/[-_.]+/g, "-");
  return `/${[...repository.split("/"), project, version].map(encodeURIComponent).join("/")}`;
}
