/** A setting as a configuration file gives it: by its long name, as one text or several. */
export type FileValues = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a YAML file of settings. What is wrong with it comes back as sentences without the file's name; what can be
 * read is read.
 */
export async function readConfigFile(
  text: string,
): Promise<{ readonly values: FileValues; readonly faults: readonly string[] }> {
  // Most installations have no file, so the parser is loaded only for one.
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) return nothing(`is not YAML: ${error.message.split("\n")[0]?.replace(/:$/, "")}`);
  const content: unknown = document.toJS({ maxAliasCount: 0 });
  if (content === null || content === undefined) return nothing();
  if (typeof content !== "object" || Array.isArray(content)) {
    return nothing("must hold settings, one a line, such as 'port: 8080'");
  }
  const values = new Map<string, readonly string[]>();
  const faults: string[] = [];
  for (const [name, value] of Object.entries(content)) {
    const texts = textsOf(value);
    if (texts === null) faults.push(`the value of '${name}' must be a text, a number or a list of them`);
    else if (texts !== undefined) values.set(name, texts);
  }
  return { values, faults };
}

function nothing(...faults: readonly string[]) {
  return { values: new Map<string, readonly string[]>(), faults };
}

/** `undefined`: left empty, which means not given. `null`: neither text nor list. */
function textsOf(value: unknown): readonly string[] | null | undefined {
  if (value === null) return undefined;
  if (["string", "number", "boolean"].includes(typeof value)) return [String(value)];
  if (!Array.isArray(value)) return null;
  const texts = value.map((item) => textsOf(item));
  return texts.every((item) => item?.length === 1) ? texts.flatMap((item) => item ?? []) : null;
}
