import { Button, TagsInput, TextInput } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";
import type { Policy, RetentionRun } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { useRepositories } from "../../parts/choices.ts";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { sizeText } from "../../parts/sizes.ts";
import { useAction } from "../../parts/use-action.ts";
import { EntityForm } from "./entity-form.tsx";
import { fieldOf, LineField, OptionalNumberField, SizeField, SwitchField, WordsField } from "./fields.tsx";
import { PolicyRun } from "./policy-run.tsx";
import { type PolicyValues, policyValuesOf, policyWishOf } from "./policy-values.ts";
import { Section } from "./section.tsx";

/** One policy, or a new one. */
export function Component() {
  const { policy: name } = useParams();
  return name === undefined ? (
    <Page title="New policy" about="Preview it before you save it: nothing is removed by a preview.">
      <PolicyForm policy={null} />
    </Page>
  ) : (
    <Existing key={name} name={name} />
  );
}

function Existing({ name }: { readonly name: string }) {
  const policy = useQuery({
    queryKey: ["policies", name],
    queryFn: ({ signal }) => ask<Policy>("GET", ["policies", name], { signal }),
  });
  return (
    <Page title={name} about="Every condition that is given must hold for a file to be cleared away.">
      <Loaded query={policy} what="The policy">
        {(found) => <PolicyForm policy={found} />}
      </Loaded>
    </Page>
  );
}

function PolicyForm({ policy }: { readonly policy: Policy | null }) {
  const navigate = useNavigate();
  const form = useForm<PolicyValues>({
    initialValues: policyValuesOf(policy),
    validate: { name: (name) => (name.trim() === "" ? "Give the policy a name" : null) },
  });
  const name = form.values.name.trim();
  const saving = useAction({
    work: (values: PolicyValues) =>
      ask<Policy>("PUT", ["policies", values.name.trim()], { body: policyWishOf(values) }),
    done: (saved) => `The policy ${saved.name} is saved`,
    refresh: [["policies"]],
    after: (saved) => void (policy === null && navigate(`/ui/policies/${encodeURIComponent(saved.name)}`)),
  });
  const previewing = useAction({
    work: (values: PolicyValues) =>
      ask<RetentionRun>("POST", ["policies", values.name.trim() || "preview", "preview"], {
        body: policyWishOf(values),
      }),
  });
  return (
    <>
      <EntityForm
        form={form}
        error={saving.error ?? previewing.error}
        isBusy={saving.isPending}
        deed={policy === null ? "Make the policy" : "Save"}
        beside={
          <>
            <Button variant="default" loading={previewing.isPending} onClick={() => previewing.mutate(form.values)}>
              Preview
            </Button>
            {policy === null ? null : <RunNow name={name} />}
            {policy === null ? null : <Removal name={name} />}
          </>
        }
        onSubmit={(values) => saving.mutate(values)}
      >
        <Place form={form} isNew={policy === null} />
        <Conditions form={form} />
        <Timing form={form} />
      </EntityForm>
      <div aria-live="polite">{previewing.data === undefined ? null : <PolicyRun run={previewing.data} />}</div>
    </>
  );
}

type Form = UseFormReturnType<PolicyValues>;

function Place({ form, isNew }: { readonly form: Form; readonly isNew: boolean }) {
  const keys = useRepositories().data?.items.map(({ key }) => key) ?? [];
  return (
    <Section title="Where">
      {isNew ? (
        <TextInput
          label="Name"
          description="It cannot be changed later."
          autoComplete="off"
          {...form.getInputProps("name")}
        />
      ) : null}
      <LineField label="Description" description="What it is for." {...fieldOf(form, "description")} />
      <TagsInput
        label="Repositories"
        description="Their keys (owner.name), or patterns with *; of remotes it clears copies."
        data={keys}
        limit={50}
        acceptValueOnBlur
        {...fieldOf(form, "repositories")}
        value={[...form.values.repositories]}
      />
      <WordsField label="Projects" description="Names, or patterns with *; none: all." {...fieldOf(form, "projects")} />
      <WordsField
        label="Include patterns"
        description="Only paths that one of them fits; none: all."
        {...fieldOf(form, "includes")}
      />
      <WordsField
        label="Exclude patterns"
        description="Paths that one of them fits stay."
        {...fieldOf(form, "excludes")}
      />
    </Section>
  );
}

function Conditions({ form }: { readonly form: Form }) {
  return (
    <Section title="What is cleared away" about="Every condition that is given must hold; at least one is needed.">
      <OptionalNumberField
        label="Older than"
        description="Published longer ago than so many days."
        suffix=" days"
        {...fieldOf(form, "olderThanDays")}
      />
      <OptionalNumberField
        label="Unused for"
        description="Neither downloaded nor published within so many days."
        suffix=" days"
        {...fieldOf(form, "unusedForDays")}
      />
      <OptionalNumberField
        label="Newest versions that stay"
        description="Of each project; all others go."
        {...fieldOf(form, "keepVersions")}
      />
      <SwitchField
        label="Pre-releases only"
        description="Releases stay, whatever else is said."
        {...fieldOf(form, "onlyPreReleases")}
      />
      <SizeField label="Larger than" description="For example 100 MiB." {...fieldOf(form, "largerThanBytes")} />
      <WordsField
        label="With properties"
        description="key=value, or key alone for any value: only files that have one of the values of every key."
        {...fieldOf(form, "withProperties")}
      />
      <WordsField
        label="Without properties"
        description="Files that have one of these stay."
        {...fieldOf(form, "withoutProperties")}
      />
    </Section>
  );
}

function Timing({ form }: { readonly form: Form }) {
  return (
    <Section title="When and how">
      <SwitchField
        label="Enabled"
        description="Whether it runs by itself; it can be run by hand also when not."
        {...fieldOf(form, "isEnabled")}
      />
      <OptionalNumberField
        label="Runs every"
        description="Empty: only when asked."
        suffix=" hours"
        {...fieldOf(form, "everyHours")}
      />
      <SwitchField
        label="Skip the trash"
        description="Files are gone at once and cannot be restored."
        {...fieldOf(form, "skipsTrash")}
      />
    </Section>
  );
}

function RunNow({ name }: { readonly name: string }) {
  const running = useAction({
    work: () => ask<RetentionRun>("POST", ["policies", name, "run"]),
    done: ({ count, sizeBytes }) => `${count} files are cleared away, ${sizeText(sizeBytes)}`,
    refresh: [["trash"]],
  });
  return (
    <ConfirmButton label="Run now" title={`Run ${name} now?`} deed="Clear the files away" action={running}>
      What the saved policy says is cleared away now; changes in the form that are not saved do not count. Files go into
      the trash, unless the policy skips that. Preview it first to see which.
    </ConfirmButton>
  );
}

function Removal({ name }: { readonly name: string }) {
  const navigate = useNavigate();
  const removing = useAction({
    work: () => ask<null>("DELETE", ["policies", name]),
    done: `The policy ${name} is removed`,
    refresh: [["policies"]],
    after: () => void navigate("/ui/policies"),
  });
  return (
    <ConfirmButton
      label="Remove"
      title={`Remove the policy ${name}?`}
      deed="Remove it"
      button={{ variant: "outline", color: "red" }}
      action={removing}
    >
      Nothing is cleared away by it any more. Files that it has cleared away stay so.
    </ConfirmButton>
  );
}
