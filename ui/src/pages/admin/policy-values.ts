import type { Policy, PolicyWish } from "../../../../src/cli/api-types.ts";

/** What the form holds; properties are lines `key=value, value`. */
export type PolicyValues = Omit<
  { -readonly [Key in keyof Policy]: Policy[Key] },
  "withProperties" | "withoutProperties"
> & {
  withProperties: readonly string[];
  withoutProperties: readonly string[];
};

const NEW: PolicyValues = {
  name: "",
  description: null,
  isEnabled: true,
  repositories: [],
  includes: [],
  excludes: [],
  projects: [],
  olderThanDays: null,
  unusedForDays: null,
  keepVersions: null,
  onlyPreReleases: false,
  largerThanBytes: null,
  withProperties: [],
  withoutProperties: [],
  skipsTrash: false,
  everyHours: null,
};

export function policyValuesOf(policy: Policy | null): PolicyValues {
  if (policy === null) return NEW;
  return {
    ...policy,
    withProperties: linesOf(policy.withProperties),
    withoutProperties: linesOf(policy.withoutProperties),
  };
}

export function policyWishOf({ name: _, withProperties, withoutProperties, ...rest }: PolicyValues): PolicyWish {
  return { ...rest, withProperties: propertiesOf(withProperties), withoutProperties: propertiesOf(withoutProperties) };
}

function linesOf(properties: Policy["withProperties"]): readonly string[] {
  return Object.entries(properties).flatMap(([key, values]) =>
    values.length === 0 ? [key] : values.map((value) => `${key}=${value}`),
  );
}

function propertiesOf(lines: readonly string[]): Record<string, string[]> {
  const properties: Record<string, string[]> = {};
  for (const line of lines) {
    const [key = "", ...value] = line.split("=");
    const values = properties[key.trim()] ?? [];
    if (value.length > 0) values.push(value.join("=").trim());
    properties[key.trim()] = values;
  }
  return properties;
}
