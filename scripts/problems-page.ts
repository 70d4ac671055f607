import type { ProblemCode } from "#core";
import { statusOf } from "#http";

/** What a problem means to whoever meets it, and what they can do. A new problem does not compile without. */
const ADVICE: Readonly<Record<ProblemCode, readonly [meaning: string, advice: string]>> = {
  "repository-not-found": [
    "There is no repository of that name, or a path begins with neither an owner nor a key.",
    "Look at `vivarium index list`; addresses are `/<owner>/<name>/…`.",
  ],
  "project-not-found": [
    "No member of the repository that was asked has the project.",
    "Check the spelling; `vivarium index show` tells where the repository looks.",
  ],
  "version-not-found": ["The project has no such version here.", "Ask the project's page for its versions."],
  "file-not-found": ["There is no such file at this address.", "Refresh the lock file that names it."],
  "file-gone": ["The file was here and was removed.", "Choose another version, and refresh lock files."],
  "user-not-found": ["There is no such account.", "Look at `vivarium user list`."],
  "token-not-found": ["The account has no such token; it may have been revoked.", "Look at `vivarium token list`."],
  "session-not-found": ["The account has no such session; it may have ended.", "Look at the list of sessions again."],
  "group-not-found": ["There is no such group of accounts.", "Check the spelling; upper and lower case differ."],
  "group-exists": ["The name of the group is taken.", "Choose another, or change the group that is there."],
  "permission-target-not-found": [
    "There is no such permission target.",
    "Check the spelling; upper and lower case differ.",
  ],
  "permission-target-exists": [
    "The name of the permission target is taken.",
    "Choose another, or replace the one that is there.",
  ],
  "policy-not-found": ["There is no such retention policy.", "Look at `vivarium policy list`."],
  "trashed-file-not-found": [
    "The trash has no such file: it was restored, cleared away, or has rested long enough.",
    "Look at `vivarium trash list`.",
  ],
  "route-not-found": ["Nothing lives at this address.", "Compare it with the addresses in ARCHITECTURE.md."],
  "method-not-allowed": [
    "The address exists, but not for this method; `Allow` says which are.",
    "Uploads go to `/<owner>/<name>/`, not to `…/simple/`.",
  ],
  "not-acceptable": [
    "`Accept` allows none of the types that can be sent.",
    "Send `Accept: */*` or one of the types named.",
  ],
  "request-invalid": ["The request cannot be understood.", "The message says which part of it."],
  "setting-invalid": ["A name or a setting is not allowed.", "The message says which, and what is."],
  "upload-invalid": [
    "The file or its form breaks a rule of the packaging standards; nothing was stored.",
    "The message names the file and the rule. For old archives make the repository `validation: legacy`.",
  ],
  "action-retired": ["An action of the old upload interface that is gone.", "Upload files directly, with twine or uv."],
  "too-large": [
    "The body or the file is beyond the limit.",
    "Raise `--max-upload-size`, if the package has to be that large (`--max-file-size` for files of generic repositories).",
  ],
  "quota-exceeded": [
    "The repository would hold more bytes than its quota allows; nothing was stored. What rests in the trash does not count.",
    "Remove what is no longer needed, or let who administers the repository raise `quotaBytes`.",
  ],
  "digest-mismatch": [
    "The bytes that came are not those that were announced.",
    "Upload again; if it stays, look for a proxy that changes bodies.",
  ],
  "file-exists": [
    "The name is taken by other bytes, and the repository never lets a name mean other bytes; or the same distribution is there under another spelling of its name.",
    "Publish a new version. (The same bytes again are fine.)",
  ],
  "path-excluded": [
    "The repository's include and exclude patterns leave the path out.",
    "Send the file elsewhere, or ask its administrator to change the patterns.",
  ],
  "user-exists": ["The name of the account is taken.", "Choose another."],
  "repository-exists": [
    "The name, or its short address, is taken by another repository or by an account.",
    "Choose another name.",
  ],
  "not-publishable": [
    "A remote, or a virtual repository without a place to publish to, takes no uploads.",
    "Publish to a local repository, or set `publishTo`.",
  ],
  "project-closed": ["The project is archived or quarantined.", "Ask its owner; `vivarium status` opens it again."],
  "project-quarantined": ["The project is quarantined: nothing of it is offered.", "Ask its owner why."],
  "repository-immutable": [
    "Something was to be removed or replaced where that is not allowed.",
    "Yank it instead; the owner can force a removal.",
  ],
  "blob-missing": [
    "A file is listed and its bytes are not there.",
    "Run `vivarium doctor` at once, and restore from the backup.",
  ],
  "not-signed-in": ["This needs an account or a token.", "Send a user name and password, or `__token__` and a token."],
  "wrong-credentials": [
    "The password or token is wrong, has expired or was revoked.",
    "Make a new token; check `.pypirc`, `pip.conf`, netrc.",
  ],
  "too-many-attempts": ["Too many failed sign-ins for this account from there.", "Wait as long as `Retry-After` says."],
  "not-permitted": ["The account or token has not the right that is named.", "Ask the owner of the repository."],
  "sign-up-closed": ["Accounts are not made by strangers here.", "Ask root for one; see `--signup`."],
  "upstream-unavailable": [
    "The upstream does not answer, and there is no copy. It does not mean that the project does not exist.",
    "Try again after `Retry-After`; operators look at `/+metrics` and `vivarium doctor`.",
  ],
  "upstream-invalid": [
    "The upstream sent what it must not: a wrong hash, a cut body, no package page.",
    "Tell whoever runs the upstream.",
  ],
  "storage-full": [
    "The disk of the server is full. Nothing was stored.",
    "Operators free some room; reading goes on meanwhile.",
  ],
  "storage-busy": [
    "The same bytes are being cleared away in this moment. Nothing was stored.",
    "Try again after `Retry-After`.",
  ],
  "shutting-down": ["The server is being stopped.", "Try again in a moment."],
};

/** The page `docs/problems.md`, whole. */
export function problemsPage(): string {
  const rows = Object.entries(ADVICE).map(([code, [meaning, advice]]) => {
    const problem = { code: code as ProblemCode };
    const [native, devpi] = [statusOf(problem, "native"), statusOf(problem, "devpi")];
    const status = native === devpi ? String(native) : `${native}; devpi: ${devpi}`;
    return `| \`${code}\` | ${status} | ${meaning} | ${advice} |`;
  });
  return [
    "# Problems",
    "",
    "Everything that is refused on purpose, with its status, what it means and what to do. The code is the end of the `type` of a problem in JSON",
    "(`urn:vivarium:problem:<code>`). What is not here is a fault of the server: 500, and a line in its log.",
    "",
    "Written by `node scripts/node.mjs scripts/problems.ts`; a test compares.",
    "",
    "| code | status | what it means | what to do |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}
