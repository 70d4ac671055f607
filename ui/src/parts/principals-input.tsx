import { TagsInput } from "@mantine/core";
import type { ReactNode } from "react";
import { useGroups, useUsers } from "./choices.ts";

const EVERYBODY = [":ANONYMOUS:", ":AUTHENTICATED:"];

/** Who may do something: user names, `:group`, and everybody. */
export function PrincipalsInput({
  label,
  description,
  value,
  onChange,
  error,
  kinds = "all",
}: {
  readonly label: string;
  readonly description?: ReactNode;
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
  readonly error?: ReactNode;
  /** `users`: accounts only, as members of groups are. */
  readonly kinds?: "all" | "users";
}) {
  const users = useUsers().data?.items.map(({ name }) => name) ?? [];
  const groups = useGroups().data?.items.map(({ name }) => `:${name}`) ?? [];
  const data =
    kinds === "users"
      ? users
      : [
          { group: "Everybody", items: EVERYBODY },
          { group: "Accounts", items: users },
          { group: "Groups", items: groups },
        ];
  return (
    <TagsInput
      label={label}
      description={description}
      placeholder={value.length === 0 ? "Nobody; type a name" : ""}
      data={data}
      value={[...value]}
      onChange={onChange}
      error={error}
      limit={50}
      splitChars={[",", " "]}
      acceptValueOnBlur
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
    />
  );
}
