// The text of src/cli/api-types.ts; apart from the script that writes it, so that a test can compare without writing.

/** As much of JSON Schema as our document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}

const HEAD = "// Written by scripts/api-types.ts from docs/openapi.json. Change the API's schemas, not this file.\n";

/** One exported type per schema, in the order of their names; not yet formatted. */
export function apiTypes(schemas: Readonly<Record<string, Schema>>): string {
  const names = Object.keys(schemas).sort();
  return HEAD + names.map((name) => `\nexport type ${name} = ${typeOf(schemas[name] ?? {})};\n`).join("");
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.replace("#/components/schemas/", "");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(typeOf).join(" | ");
  if (typeof schema.type === "object") return schema.type.map((type) => typeOf({ ...schema, type })).join(" | ");
  switch (schema.type) {
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return `readonly (${typeOf(schema.items ?? {})})[]`;
    case "object":
      return objectOf(schema);
    default:
      return "unknown";
  }
}

function objectOf({ properties = {}, required = [], additionalProperties = false }: Schema): string {
  const fields = Object.entries(properties).map(
    ([name, schema]) => `readonly ${name}${required.includes(name) ? "" : "?"}: ${typeOf(schema)};`,
  );
  if (additionalProperties !== false) {
    // Beside fields that are named, the others may be anything.
    const values = fields.length > 0 || additionalProperties === true ? "unknown" : typeOf(additionalProperties);
    fields.push(`readonly [key: string]: ${values};`);
  }
  return `{ ${fields.join(" ")} }`;
}
