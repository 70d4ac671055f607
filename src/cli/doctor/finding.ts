import type { Probes } from "./probes.ts";

/** What one look showed. */
export type Finding =
  | { readonly status: "ok"; readonly check: string; readonly message: string }
  /** Not looked at, because something else must be there first. */
  | { readonly status: "skipped"; readonly check: string; readonly message: string }
  | {
      readonly status: "fault";
      readonly check: string;
      readonly code: FaultCode;
      /** What is wrong, on what. */
      readonly message: string;
      /** How to mend it. */
      readonly remedy: string;
    };

/** Every fault that doctor knows; a code never changes its meaning. */
export type FaultCode =
  | "configuration-wrong"
  | "folder-missing"
  | "folder-is-a-file"
  | "folder-owner"
  | "folder-open"
  | "folder-not-writable"
  | "disk-low"
  | "version-newer"
  | "version-older"
  | "database-missing"
  | "database-damaged"
  | "journal-differs"
  | "blob-missing"
  | "blob-damaged"
  | "drafts-left"
  | "key-missing"
  | "key-not-a-file"
  | "key-owner"
  | "key-open"
  | "key-does-not-fit"
  | "port-taken"
  | "public-url-silent"
  | "public-url-other"
  | "upstream-silent"
  | "upstream-failing"
  | "upstream-not-an-index"
  | "upstream-slow"
  | "clock-skewed"
  | "node-missing"
  | "node-old"
  | "python-missing"
  | "pip-missing"
  | "open-files-low"
  | "cannot-look";

/** One thing to look at: pure but for the probes. At least one finding comes back. */
export interface Check {
  readonly name: string;
  /** `folder`: a data folder that can be looked into. `database`: one of a version that we know. */
  readonly needs: "nothing" | "folder" | "database";
  look(probes: Probes): Promise<readonly Finding[]>;
}

export function ok(check: string, message: string): Finding {
  return { status: "ok", check, message };
}

export function skipped(check: string, message: string): Finding {
  return { status: "skipped", check, message };
}

export function fault(check: string, code: FaultCode, message: string, remedy: string): Finding {
  return { status: "fault", check, code, message, remedy };
}
