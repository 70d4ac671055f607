import { Autocomplete, Select } from "@mantine/core";
import type { ReactNode } from "react";
import type { Repository } from "../../../src/cli/api-types.ts";
import { useRepositories } from "./choices.ts";

interface PickerProps {
  readonly label: string;
  readonly description?: ReactNode;
  readonly error?: ReactNode;
  readonly placeholder?: string;
  /** Which of them can be chosen; all that one may read when not given. */
  readonly among?: (repository: Repository) => boolean;
}

/** One of the repositories that one may see. */
export function RepositoryPicker({
  value,
  onChange,
  among = () => true,
  ...props
}: PickerProps & { readonly value: string | null; readonly onChange: (value: string | null) => void }) {
  const names = (useRepositories().data?.items ?? []).filter(among).map(({ name }) => name);
  const data = value === null || names.includes(value) ? names : [value, ...names];
  return (
    <Select
      {...props}
      data={data}
      value={value}
      onChange={onChange}
      searchable
      clearable
      limit={100}
      nothingFoundMessage="No repository of that name that you may see"
      clearButtonProps={{ "aria-label": `Clear ${props.label}` }}
    />
  );
}

/** A repository's name, typed or chosen: also one that one may not see. */
export function RepositoryInput({
  value,
  onChange,
  among = () => true,
  ...props
}: PickerProps & { readonly value: string; readonly onChange: (value: string) => void }) {
  const names = (useRepositories().data?.items ?? []).filter(among).map(({ name }) => name);
  return <Autocomplete {...props} data={names} value={value} onChange={onChange} limit={100} />;
}
