/** The commands: a client of the API, and `serve`, `init` and `doctor`, which `main.ts` hands in. */
export type {
  BlobFault,
  DataProbes,
  DoctorSettings,
  FileFacts,
  FileProbes,
  HttpFacts,
  MachineProbes,
  NetworkProbes,
  Probes,
  RemoteFacts,
} from "./doctor/probes.ts";
export type { Setup } from "./gen-config/setup.ts";
export { CommandFailure, EXIT, type Flags, type InitAnswer, type Io, type Offline, type OptionRow } from "./io.ts";
export type {
  ArtifactoryImportAnswer,
  ArtifactoryImportWish,
  DevpiExportAnswer,
  DevpiImportWish,
  IndexImportAnswer,
  IndexImportWish,
  MoveInAnswer,
  Moves,
} from "./moving/answers.ts";
export { sizeText } from "./moving/report.ts";
export { run } from "./run.ts";
