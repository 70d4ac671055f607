import { Button, Group, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { type ReactNode, useEffect } from "react";
import { FormFailure, failureText, fieldOfFailure, focusFirstFault } from "../../parts/form-failure.tsx";
import { RemoteSection } from "./remote-section.tsx";
import {
  AboutSection,
  FilterSection,
  HoldingSection,
  LocalSection,
  MergingSection,
  VirtualSection,
} from "./repository-sections.tsx";
import { faultsOf, type RepositoryValues } from "./repository-values.ts";
import { ResolutionPreview } from "./resolution-preview.tsx";

export type RepositoryForm = ReturnType<typeof useRepositoryForm>;

/** Only the shape is looked at here; the server judges. */
export function useRepositoryForm(initialValues: RepositoryValues, isNew: boolean) {
  return useForm<RepositoryValues>({ initialValues, validate: (values) => faultsOf(values, isNew) });
}

/** The form of a repository of any kind; what was typed stays until the server has taken it. */
export function RepositoryFields({
  form,
  first,
  hasCredentials,
  error,
  isBusy,
  deed,
  onSubmit,
}: {
  readonly form: RepositoryForm;
  /** What comes before everything else: which repository it is. */
  readonly first?: ReactNode;
  readonly hasCredentials: boolean;
  readonly error: Error | null;
  readonly isBusy: boolean;
  readonly deed: string;
  readonly onSubmit: (values: RepositoryValues) => void;
}) {
  const { kind, bases } = form.values;
  const hasMembers = kind === "virtual" || (kind === "local" && bases.length > 0);
  const { setFieldError } = form;
  useEffect(() => {
    const field = error === null ? null : fieldOfFailure(error);
    if (error !== null && field !== null) setFieldError(field, failureText(error));
  }, [error, setFieldError]);
  return (
    <form onSubmit={form.onSubmit(onSubmit, focusFirstFault)} noValidate>
      <Stack gap="lg" maw={760}>
        {first}
        {kind === "remote" ? <RemoteSection form={form} hasCredentials={hasCredentials} /> : null}
        {kind === "virtual" ? <VirtualSection form={form} /> : null}
        <AboutSection form={form} />
        {kind === "local" ? <LocalSection form={form} /> : null}
        {kind === "local" ? <HoldingSection form={form} /> : null}
        {hasMembers ? <MergingSection form={form} /> : null}
        <FilterSection form={form} />
        {hasMembers ? <ResolutionPreview values={form.values} /> : null}
        <FormFailure error={error} />
        <Group>
          <Button type="submit" loading={isBusy}>
            {deed}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
