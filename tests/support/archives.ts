import { createHash } from "node:crypto";
import { type TarMember, tarGzOf } from "./tar-writer.ts";
import { type ZipMember, type ZipShape, zipOf } from "./zip-writer.ts";

export { type TarMember, tarGzOf, tarOf } from "./tar-writer.ts";
export { extraField, storedZip, type ZipMember, type ZipShape, zip64Extra, zipOf } from "./zip-writer.ts";

/** What goes into Core Metadata; the same for wheels and sdists. */
export interface MetadataOptions {
  /** As the project spells it. */
  readonly name: string;
  readonly version: string;
  readonly metadataVersion?: string;
  readonly summary?: string;
  readonly requiresPython?: string;
  readonly requiresDist?: readonly string[];
  /** More header lines, for example `License-Expression: MIT`. */
  readonly headers?: readonly string[];
  readonly description?: string;
  /** The whole METADATA or PKG-INFO instead. */
  readonly metadata?: string | Uint8Array;
}

export interface WheelOptions extends MetadataOptions {
  /** Default `py3-none-any`. */
  readonly tag?: string;
  readonly build?: string;
  /** Instead of a package with one module. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Adds an incompressible member of this size, for big wheels. */
  readonly ballastBytes?: number;
  /** The name of the `.dist-info` directory instead of the right one. */
  readonly distInfo?: string;
  /** The whole WHEEL file instead. */
  readonly wheel?: string;
  /** Changes the RECORD that would be right. */
  readonly record?: (text: string) => string;
  /** Names (below `.dist-info`) that are left out: `METADATA`, `WHEEL`, `RECORD`. */
  readonly without?: readonly string[];
  /** Changes the members before they are written: lies, descriptors, more members that RECORD does not know. */
  readonly members?: (members: readonly ZipMember[]) => readonly ZipMember[];
  readonly zip?: ZipShape;
}

export interface SdistOptions extends MetadataOptions {
  /** Below the top directory, instead of a module; `PKG-INFO` and `pyproject.toml` come by themselves. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly topDirectory?: string;
  /** Changes the members before they are written. */
  readonly members?: (members: readonly TarMember[]) => readonly TarMember[];
}

/** An archive with all that a test wants to compare it with. */
export interface ArchiveFile {
  readonly filename: string;
  readonly bytes: Uint8Array;
  /** Lower-case hex. */
  readonly sha256: string;
  /** METADATA or PKG-INFO, byte for byte. */
  readonly metadata: Uint8Array;
}

/** The bytes of a wheel, well-formed unless told otherwise. Same options, same bytes. */
export function aWheel(options: WheelOptions): Uint8Array {
  const members = wheelMembers(options);
  return zipOf(options.members === undefined ? members : options.members(members), options.zip);
}

/** The same with its name, digest and METADATA. */
export function aWheelFile(options: WheelOptions): ArchiveFile {
  return archiveFile(wheelName(options), aWheel(options), coreMetadata(options));
}

/** The name of {@link aWheel}'s file. */
export function wheelName({ name, version, build, tag = "py3-none-any" }: WheelOptions): string {
  return `${escaped(name)}-${version}${build === undefined ? "" : `-${build}`}-${tag}.whl`;
}

/** The bytes of a source distribution (`.tar.gz`), well-formed unless told otherwise. */
export function anSdist(options: SdistOptions): Uint8Array {
  const members = sdistMembers(options);
  return tarGzOf(options.members === undefined ? members : options.members(members));
}

/** The same with its name, digest and PKG-INFO. */
export function anSdistFile(options: SdistOptions): ArchiveFile {
  return archiveFile(sdistName(options), anSdist(options), coreMetadata(options));
}

/** The name of {@link anSdist}'s file. */
export function sdistName({ name, version }: SdistOptions): string {
  return `${escaped(name)}-${version}.tar.gz`;
}

/** The METADATA or PKG-INFO of these options. */
export function coreMetadata(options: MetadataOptions): Uint8Array {
  if (options.metadata !== undefined) return Buffer.from(options.metadata as string);
  const lines = [
    `Metadata-Version: ${options.metadataVersion ?? "2.1"}`,
    `Name: ${options.name}`,
    `Version: ${options.version}`,
    ...(options.summary === undefined ? [] : [`Summary: ${options.summary}`]),
    ...(options.requiresPython === undefined ? [] : [`Requires-Python: ${options.requiresPython}`]),
    ...(options.requiresDist ?? []).map((requirement) => `Requires-Dist: ${requirement}`),
    ...(options.headers ?? []),
  ];
  return Buffer.from(`${lines.join("\n")}\n${options.description === undefined ? "" : `\n${options.description}`}`);
}

/** The line of RECORD for a file. */
export function recordLine(name: string, data: Uint8Array): string {
  const path = /[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
  return `${path},sha256=${createHash("sha256").update(data).digest("base64url")},${data.byteLength}`;
}

/** The upload form's fields for a file, in twine's spelling; the file itself goes into `content`. */
export function uploadFields(
  file: ArchiveFile,
  options: MetadataOptions,
): readonly (readonly [name: string, value: string])[] {
  const isWheel = file.filename.endsWith(".whl");
  return [
    ["metadata_version", options.metadataVersion ?? "2.1"],
    ["name", options.name],
    ["version", options.version],
    ["filetype", isWheel ? "bdist_wheel" : "sdist"],
    ["pyversion", isWheel ? (file.filename.slice(0, -4).split("-").at(-3) ?? "py3") : "source"],
    ["sha256_digest", file.sha256],
    [":action", "file_upload"],
    ["protocol_version", "1"],
  ];
}

/** A body of `multipart/form-data` with these fields and files, in this order. */
export function multipartOf(
  parts: readonly (
    | readonly [name: string, value: string]
    | { readonly name: string; readonly filename: string; readonly bytes: Uint8Array; readonly type?: string }
  )[],
): { readonly contentType: string; readonly body: Uint8Array } {
  const boundary = "----------------------------3f1c6a77d0b24c5e";
  const chunks: Uint8Array[] = [];
  for (const part of parts) {
    if ("filename" in part) {
      const type = part.type === "" ? "" : `Content-Type: ${part.type ?? "application/octet-stream"}\r\n`;
      const head = `Content-Disposition: form-data; name="${part.name}"; filename="${part.filename}"\r\n${type}`;
      chunks.push(Buffer.from(`--${boundary}\r\n${head}\r\n`), part.bytes, Buffer.from("\r\n"));
    } else {
      const [name, value] = part;
      chunks.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));
    }
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: new Uint8Array(Buffer.concat(chunks)),
  };
}

/** A whole upload as twine sends it. `extra` fields come first. */
export function uploadOf(
  file: ArchiveFile,
  options: MetadataOptions,
  extra: readonly (readonly [name: string, value: string])[] = [],
): { readonly contentType: string; readonly body: Uint8Array } {
  return multipartOf([
    ...extra,
    ...uploadFields(file, options),
    { name: "content", filename: file.filename, bytes: file.bytes },
  ]);
}

function wheelMembers(options: WheelOptions): readonly ZipMember[] {
  const distInfo = options.distInfo ?? `${escaped(options.name)}-${options.version}.dist-info`;
  const module = escaped(options.name).toLowerCase();
  const files: Record<string, string | Uint8Array> = {
    ...(options.files ?? { [`${module}/__init__.py`]: `__version__ = "${options.version}"\n` }),
    ...(options.ballastBytes === undefined ? {} : { [`${module}/ballast.bin`]: ballast(options.ballastBytes) }),
    [`${distInfo}/METADATA`]: coreMetadata(options),
    [`${distInfo}/WHEEL`]: options.wheel ?? wheelText(options),
  };
  for (const name of options.without ?? []) delete files[`${distInfo}/${name}`];
  const members = Object.entries(files).map(([name, data]) => ({ name, data: Buffer.from(data as string) }));
  if (options.without?.includes("RECORD")) return members;
  const record = `${[...members.map((member) => recordLine(member.name, member.data)), `${distInfo}/RECORD,,`].join(
    "\n",
  )}\n`;
  return [
    ...members,
    { name: `${distInfo}/RECORD`, data: options.record === undefined ? record : options.record(record) },
  ];
}

function wheelText({ tag = "py3-none-any", build }: WheelOptions): string {
  const [pythons = "", abis = "", platforms = ""] = tag.split("-");
  const tags = pythons
    .split(".")
    .flatMap((python) =>
      abis.split(".").flatMap((abi) => platforms.split(".").map((platform) => `Tag: ${python}-${abi}-${platform}`)),
    );
  const lines = [
    "Wheel-Version: 1.0",
    "Generator: archives 1.0",
    "Root-Is-Purelib: true",
    ...tags,
    ...(build === undefined ? [] : [`Build: ${build}`]),
  ];
  return `${lines.join("\n")}\n`;
}

function sdistMembers(options: SdistOptions): readonly TarMember[] {
  const top = options.topDirectory ?? `${escaped(options.name)}-${options.version}`;
  const files: Record<string, string | Uint8Array> = {
    "PKG-INFO": coreMetadata(options),
    "pyproject.toml": `[project]\nname = "${options.name}"\nversion = "${options.version}"\n`,
    ...(options.files ?? { [`${escaped(options.name).toLowerCase()}.py`]: `__version__ = "${options.version}"\n` }),
  };
  return [
    { name: `${top}/`, type: "directory" },
    ...Object.entries(files).map(([name, data]) => ({ name: `${top}/${name}`, data })),
  ];
}

function archiveFile(filename: string, bytes: Uint8Array, metadata: Uint8Array): ArchiveFile {
  return { filename, bytes, sha256: createHash("sha256").update(bytes).digest("hex"), metadata };
}

/** PEP 625 and the wheel specification: normalised with `_`. */
function escaped(name: string): string {
  return name.replace(/[-_.]+/g, "_").toLowerCase();
}

/** Bytes that do not compress, the same every time. */
function ballast(sizeBytes: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let state = 0x9e3779b9;
  for (let index = 0; index < sizeBytes; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state & 0xff;
  }
  return bytes;
}
