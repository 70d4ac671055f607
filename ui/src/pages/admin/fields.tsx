import { NumberInput, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { type ReactNode, useState } from "react";
import { sizeBytesOf, sizeText } from "../../parts/sizes.ts";

// Inputs of values that the API has and that HTML has not: nothing given, lists, sizes. Each says in a sentence what it does.

interface FieldProps<Value> {
  readonly label: string;
  readonly description?: ReactNode;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly error?: ReactNode;
  readonly placeholder?: string;
}

/** What a field needs of its form; `error` is the server's sentence where it named this field. */
export function fieldOf<Values extends Record<string, unknown>, Name extends keyof Values & string>(
  form: UseFormReturnType<Values>,
  name: Name,
): { value: Values[Name]; onChange: (value: Values[Name]) => void; error: ReactNode } {
  return {
    value: form.values[name],
    onChange: (value) => {
      form.setValues({ [name]: value } as unknown as Partial<Values>);
      form.clearFieldError(name);
    },
    error: form.errors[name],
  };
}

/** One line, or nothing. */
export function LineField({ value, onChange, ...props }: FieldProps<string | null>) {
  return (
    <TextInput
      {...props}
      value={value ?? ""}
      onChange={(event) => onChange(event.currentTarget.value === "" ? null : event.currentTarget.value)}
    />
  );
}

export function TextField({ value, onChange, ...props }: FieldProps<string | null>) {
  return (
    <Textarea
      {...props}
      autosize
      minRows={2}
      maxRows={12}
      value={value ?? ""}
      onChange={(event) => onChange(event.currentTarget.value === "" ? null : event.currentTarget.value)}
    />
  );
}

/** Words in no order; Enter or a comma ends one. */
export function WordsField({ value, onChange, placeholder, ...props }: FieldProps<readonly string[]>) {
  return (
    <TagsInput
      {...props}
      value={[...value]}
      onChange={onChange}
      placeholder={value.length === 0 ? (placeholder ?? "None; type one and press Enter") : ""}
      acceptValueOnBlur
      clearable
      clearButtonProps={{ "aria-label": `Clear ${props.label}` }}
    />
  );
}

/** Lines of a file; `null` when it is empty. */
export function LinesField({ value, onChange, ...props }: FieldProps<readonly string[] | null>) {
  return (
    <Textarea
      {...props}
      autosize
      minRows={3}
      maxRows={16}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
      value={(value ?? []).join("\n")}
      onChange={(event) => {
        const text = event.currentTarget.value;
        onChange(text === "" ? null : text.split("\n"));
      }}
    />
  );
}

export function NumberField({
  value,
  onChange,
  suffix,
  ...props
}: FieldProps<number> & { readonly suffix?: string; readonly max?: number }) {
  return (
    <NumberInput
      {...props}
      min={0}
      allowDecimal={false}
      {...(suffix === undefined ? {} : { suffix })}
      value={value}
      onChange={(given) => onChange(typeof given === "number" ? given : Number.parseInt(given, 10) || 0)}
    />
  );
}

/** A number, or nothing: as the server is set. */
export function OptionalNumberField({
  value,
  onChange,
  suffix,
  ...props
}: FieldProps<number | null> & { readonly suffix?: string; readonly allowDecimal?: boolean }) {
  return (
    <NumberInput
      {...props}
      min={0}
      {...(suffix === undefined ? {} : { suffix })}
      value={value ?? ""}
      onChange={(given) => onChange(given === "" ? null : Number(given))}
    />
  );
}

export function SwitchField({ value, onChange, label, description, error }: FieldProps<boolean>) {
  return (
    <Switch
      label={label}
      description={description}
      error={error}
      checked={value}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

/** Bytes, typed as `500M` or `2 GiB`; empty: no limit. What cannot be read is kept as it was typed, and said. */
export function SizeField({ value, onChange, description, error, ...props }: FieldProps<number | null>) {
  const [text, setText] = useState(value === null ? "" : sizeText(value));
  const isWrong = text.trim() !== "" && sizeBytesOf(text) === null;
  return (
    <TextInput
      {...props}
      description={description}
      error={isWrong ? "A size looks like 500M or 2 GiB" : error}
      placeholder="No limit"
      value={text}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        const bytes = sizeBytesOf(typed);
        if (typed.trim() === "") onChange(null);
        else if (bytes !== null) onChange(bytes);
      }}
    />
  );
}
