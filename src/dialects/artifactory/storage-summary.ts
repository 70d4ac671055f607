import { type Call, keyOf, type Reply } from "#core";
import type { DialectRoute } from "#http";
import { route } from "./addresses.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { shownKey } from "./places.ts";
import { classOf, packageTypeOf } from "./repository-fields.ts";

const UNITS = ["bytes", "KB", "MB", "GB", "TB", "PB"] as const;

/** How much there is: `api/storageinfo`. */
export function storageSummaryRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  return [
    route("GET", "/api/storageinfo", (call) => show(parts, call)),
    // Nothing is kept that would have to be counted anew.
    route("POST", "/api/storageinfo/calculate", async (call) => {
      await parts.registry.usage.all(call.principal);
      return { kind: "json", status: 202, body: { info: "Calculating storage summary" } };
    }),
  ];
}

async function show({ registry }: ArtifactoryParts, call: Call): Promise<Reply> {
  const { repositories } = await registry.usage.all(call.principal);
  const files = repositories.reduce((sum, one) => sum + one.files, 0);
  const folders = repositories.reduce((sum, one) => sum + one.folders, 0);
  const sizeBytes = repositories.reduce((sum, one) => sum + one.sizeBytes, 0);
  const total = {
    repoKey: "TOTAL",
    repoType: "NA",
    foldersCount: folders,
    filesCount: files,
    usedSpace: sizeText(sizeBytes),
    usedSpaceInBytes: sizeBytes,
    itemsCount: folders + files,
  };
  return {
    kind: "json",
    status: 200,
    body: {
      binariesSummary: {
        binariesCount: String(files),
        binariesSize: sizeText(sizeBytes),
        artifactsSize: sizeText(sizeBytes),
        optimization: "100%",
        itemsCount: String(folders + files),
        artifactsCount: String(files),
      },
      fileStoreSummary: { storageType: "file-system", storageDirectory: "" },
      repositoriesSummaryList: [
        ...repositories.map(({ repository, ...held }) => ({
          repoKey: repository.kind === "remote" ? shownKey(repository) : keyOf(repository.name),
          repoType: repository.kind === "remote" ? "CACHE" : classOf(repository).toUpperCase(),
          foldersCount: held.folders,
          filesCount: held.files,
          usedSpace: sizeText(held.sizeBytes),
          usedSpaceInBytes: held.sizeBytes,
          itemsCount: held.folders + held.files,
          packageType: packageTypeOf(repository.format),
          percentage: sizeBytes === 0 ? "0%" : `${Math.round((held.sizeBytes / sizeBytes) * 100)}%`,
        })),
        total,
      ],
    },
  };
}

/** `64 bytes`, `1.50 MB`. */
export function sizeText(sizeBytes: number): string {
  let size = sizeBytes;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(2)} ${UNITS[unit]}`;
}
