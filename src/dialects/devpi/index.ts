/** devpi's protocol, as its clients of today speak it, over the same registry as everything else. */

export { devpiDialect } from "./devpi.ts";
export { openExportFolder } from "./moving/export-folder.ts";
export { type DevpiAsk, openLiveServer } from "./moving/live-server.ts";
export { moveIn } from "./moving/move-in.ts";
export { emptyReport, type MoveInReport } from "./moving/report.ts";
export { type DevpiSource, SourceFault } from "./moving/source.ts";
export { writeExport } from "./moving/write-export.ts";
export type { DevpiParts } from "./parts.ts";
