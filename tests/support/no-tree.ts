import type { Desk } from "#formats";

/** The tree of a desk whose routes know projects and ask for no paths. */
export const NO_TREE: Desk["tree"] = {
  open: unexpected,
  names: unexpected,
  receive: unexpected,
  put: unexpected,
  makeFolder: unexpected,
  remove: unexpected,
};

async function unexpected(): Promise<never> {
  throw new Error("these routes do not ask for paths");
}
