import { accountOf, type Principal, type ProjectName, type RepositoryName, refuse } from "#core";
import type { FormFields, PackageFormat } from "#formats";
import { UpstreamFailure } from "#upstream";
import { claim, type Parcel, type ParcelFile, type PushContent } from "./parcels.ts";
import { collect } from "./push.ts";
import { bodyOf } from "./remote-holdings.ts";
import { existing, requireRight, type Tools } from "./tools.ts";

/** Versions on their way to other servers. */
export interface Elsewhere {
  /**
   * Uploads a version to another server, as an upload client would: the record if asked for, then the files by name,
   * then the documentation. Needs an account that may read the version. What the other server refuses is told in the
   * steps; only what cannot be begun is refused.
   */
  send(principal: Principal, shipment: Shipment): Promise<readonly SentStep[]>;
}

export interface Shipment {
  readonly from: RepositoryName;
  readonly project: ProjectName;
  readonly version: string;
  readonly content: PushContent;
  readonly to: Destination;
}

export interface Destination {
  /** Where upload clients post to; http or https. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Whether the version is registered before its files, as old servers want it. */
  readonly isRegistering: boolean;
}

/** One form that was sent. `status: null`: there was no answer, and `text` says why. */
export interface SentStep {
  readonly kind: "register" | "file" | "documentation";
  /** The project as it is spelled, for a file its path in the repository that it comes from. */
  readonly what: string;
  readonly status: number | null;
  readonly text: string;
}

export function openElsewhere(tools: Tools): Elsewhere {
  return {
    async send(principal, { from, project, version, content, to }) {
      const source = await existing(tools, from);
      requireRight(tools, principal, "read", source, project);
      if (accountOf(principal) === null && principal.kind !== "system") {
        const because = `${project} ${version} can be sent to another server by those only who have signed in`;
        throw refuse({ code: "not-signed-in", because });
      }
      requireAddress(to.url);
      const format = tools.formats.get(source.format);
      if (format === undefined) throw new TypeError(`${from} is of format ${source.format}, which is not here`);
      const parcel = await collect(tools, { principal, source, project, version, content });
      await claim(tools, parcel);
      return ship(tools, format, { ...parcel, version }, to);
    },
  };
}

async function ship(
  tools: Tools,
  format: PackageFormat,
  parcel: Parcel & { readonly version: string },
  to: Destination,
): Promise<readonly SentStep[]> {
  const { uploadForms: forms } = format;
  const name = parcel.displayName;
  const post = openPost(tools, format, to);
  const steps: SentStep[] = [];
  if (to.isRegistering) {
    const step = await post({ kind: "register", what: name }, forms.register(parcel), null);
    steps.push(step);
    // 410: a server that has no such step any more takes files all the same.
    if (step.status === null || ![200, 201, 410].includes(step.status)) return steps;
  }
  for (const file of parcel.files) {
    steps.push(await post({ kind: "file", what: pathOf(format, file) }, forms.file(parcel, file), file));
  }
  const { documentation } = parcel;
  if (documentation !== null) {
    const zip = { ...documentation, filename: `${name}.zip` };
    steps.push(await post({ kind: "documentation", what: name }, forms.documentation(parcel), zip));
  }
  return steps;
}

type Content = Pick<ParcelFile, "filename" | "blob" | "sizeBytes">;

function openPost({ blobs, upstreams }: Tools, { uploadForms }: PackageFormat, to: Destination) {
  return async (
    about: Pick<SentStep, "kind" | "what">,
    fields: FormFields,
    content: Content | null,
  ): Promise<SentStep> => {
    const lost = async (): Promise<void> => {
      // Whoever examines the installation finds it; the form breaks off, and the step says so.
    };
    const file =
      content === null
        ? null
        : {
            field: uploadForms.fileField,
            filename: content.filename,
            sizeBytes: content.sizeBytes,
            open: () => bodyOf(blobs, content, lost).open(),
          };
    try {
      const credentials = `${to.username}:${to.password}`;
      const { status, text } = await upstreams.send({ url: to.url, credentials, fields, file });
      return { ...about, status, text };
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      return { ...about, status: null, text: error.message };
    }
  };
}

function pathOf({ filePath }: PackageFormat, file: ParcelFile): string {
  // The path names the bytes, wherever they are.
  const repository = "here" as RepositoryName;
  return filePath({ kind: "artifact", member: repository, artifact: { ...file, repository } });
}

function requireAddress(text: string): void {
  const protocol = URL.parse(text)?.protocol;
  if (protocol === "http:" || protocol === "https:") return;
  throw refuse({ code: "request-invalid", because: "the address to push to must begin with http:// or https://" });
}
