import { type RegistryError, refuse } from "#core";
import { BrokenFile, quoted } from "./broken-file.ts";

/** Refuses an upload with one sentence. */
export function invalid(because: string, cause?: unknown): RegistryError {
  return refuse({ code: "upload-invalid", because }, cause);
}

/** A file's fault as a refusal that names the file; anything else as it is. */
export function asInvalidFile(filename: string, cause: unknown): unknown {
  if (!(cause instanceof BrokenFile)) return cause;
  return invalid(`Invalid distribution file. ${quoted(filename)}: ${cause.message}.`, cause);
}

/** A fault of the form's metadata as a refusal; anything else as it is. */
export function asInvalidForm(cause: unknown): unknown {
  return cause instanceof BrokenFile ? invalid(`Invalid metadata in the upload form: ${cause.message}.`, cause) : cause;
}
