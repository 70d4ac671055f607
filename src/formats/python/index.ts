/** Python: the simple API, files and their metadata, the old JSON API, uploads, and reading other indexes. */
export { pythonFormat } from "./python-format.ts";
