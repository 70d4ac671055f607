/** Any file under any path: what curl, wget and scripts read and write. */
export { genericFormat } from "./generic-format.ts";
