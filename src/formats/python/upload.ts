import { type Call, type Reply, refuse } from "#core";
import type { Desk, Route } from "../format.ts";
import { quoted } from "./broken-file.ts";
import { documentationOf } from "./upload-documentation.ts";
import { readUploadForm, type UploadForm } from "./upload-form.ts";
import { legacyCandidate, legacyVersion } from "./upload-legacy.ts";
import { strictCandidate } from "./upload-strict.ts";

/**
 * The upload interface of twine, uv, flit, poetry, hatch, pdm and devpi: a form posted to the repository's address. It
 * was never standardised; what it takes is what those clients send and the public index accepts.
 */
export const uploadRoute: Route = {
  method: "POST",
  path: "/",
  async handle(call: Call, desk: Desk): Promise<Reply> {
    await refuseStrangers(desk);
    await using form = await readUploadForm(call, desk);
    const action = form.one(":action");
    switch (action) {
      case "file_upload":
        await desk.publish(isLegacy(desk) ? await legacyCandidate(form) : await strictCandidate(form));
        return done(form);
      case "submit":
      case "submit_pkg_info":
        await register(form, desk);
        return done(form);
      case "doc_upload":
        await desk.document(...documentationOf(form, isLegacy(desk)));
        return done(form);
      default:
        throw refuse({
          code: "request-invalid",
          because:
            action === null
              ? "The upload form lacks the field ':action'; for a file it is 'file_upload'."
              : `The action ${quoted(action)} is not supported; a file is uploaded with 'file_upload'.`,
        });
    }
  },
};

/**
 * UPL-7: who may not publish is told so before anything of the form is read or judged. `receive` knows the reason and
 * its words; where it takes the nothing it is given, the right is decided behind the desk, and is asked for again.
 */
async function refuseStrangers(desk: Desk): Promise<void> {
  if (desk.may("publish")) return;
  const nothing = await desk.receive(noBytes());
  await nothing[Symbol.asyncDispose]();
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

/** devpi's `submit` makes a project and a version without files; the public index gave that up. */
async function register(form: UploadForm, desk: Desk): Promise<void> {
  if (!isLegacy(desk)) {
    throw refuse({
      code: "action-retired",
      because: "Registering before the upload is no longer needed or supported; upload the files directly.",
    });
  }
  const { project, displayName, version, record } = legacyVersion(form);
  await desk.register(project, displayName, { version, attributes: record });
}

function isLegacy(desk: Desk): boolean {
  const repository = desk.publishesTo ?? desk.repository;
  return repository.kind === "local" && repository.validation === "legacy";
}

/** PEP 740: attestations that cannot be verified must not be shown, and the client is told. */
function done(form: UploadForm): Reply {
  const reason =
    form.one("attestations") === null ? "OK" : "OK, but attestations are not verified here and were dropped";
  return { kind: "done", status: 200, reason };
}
