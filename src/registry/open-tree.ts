import type { Tree } from "./tree.ts";
import { openLookup } from "./tree-lookup.ts";
import { openTreeMoving } from "./tree-moving.ts";
import { openTreeProperties } from "./tree-properties.ts";
import { openTreeReading } from "./tree-reading.ts";
import { openTreeRemoving } from "./tree-removing.ts";
import { openTreeSearch } from "./tree-search.ts";
import type { TreeTools } from "./tree-tools.ts";
import { openTreeWriting } from "./tree-writing.ts";

/** Opens repositories as trees of folders and files. */
export function openTree(tools: TreeTools): Tree & Disposable {
  const lookup = openLookup(tools);
  const reading = openTreeReading(tools, lookup);
  const { receive, put, putKnown, makeFolder, ...writing } = openTreeWriting(tools);
  return {
    ...reading,
    receive,
    put,
    putKnown,
    makeFolder,
    ...openTreeRemoving(tools),
    ...openTreeMoving(tools, lookup, reading, { receive, put, putKnown, makeFolder, ...writing }),
    ...openTreeProperties(tools, lookup, reading),
    ...openTreeSearch(tools),
  };
}
