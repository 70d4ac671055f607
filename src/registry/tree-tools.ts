import type { Changes } from "./changes.ts";
import type { Constraining } from "./constraining.ts";
import type { HotFiles } from "./hot-files.ts";
import type { Listings } from "./listing.ts";
import type { Publishing } from "./publish.ts";
import type { RemoteTree } from "./remote-tree.ts";
import type { Tools } from "./tools.ts";

/** What the tree is made of: it finds, and publishes, what the rest of this room finds and publishes too. */
export interface TreeTools extends Tools {
  readonly changes: Changes;
  readonly constraining: Constraining;
  readonly listings: Listings;
  readonly files: HotFiles;
  readonly publishing: Publishing;
  readonly remoteTree: RemoteTree;
}
