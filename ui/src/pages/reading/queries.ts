import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type {
  Attachments,
  Contents,
  Description,
  Found,
  MemberText,
  Project,
  Projects,
  Recent,
  Repository,
  Resolution,
  VersionDetail,
  VersionDownloads,
} from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";

/** A project in a repository; the parts of its address, not encoded. */
export interface ProjectPlace {
  readonly owner: string;
  readonly name: string;
  readonly project: string;
}

/** Address of a page, part by part. */
export function pathTo(...parts: readonly string[]): string {
  return `/${parts
    .flatMap((part) => part.split("/"))
    .map(encodeURIComponent)
    .join("/")}`;
}

export function apiPath({ owner, name, project }: ProjectPlace): readonly string[] {
  return ["repositories", owner, name, "projects", project];
}

export function useRepository(owner: string, name: string) {
  return useQuery({
    queryKey: ["repository", owner, name],
    queryFn: ({ signal }) => ask<Repository>("GET", ["repositories", owner, name], { signal }),
  });
}

/** A page of what is found; `repository`: only what it shows. */
export function useFound(text: string, after: number, repository?: string) {
  return useQuery({
    queryKey: ["search", text, after, repository ?? null],
    queryFn: ({ signal }) =>
      ask<Found>("GET", ["search"], {
        query: { q: text, repository, after: after === 0 ? undefined : String(after) },
        signal,
      }),
    enabled: text.trim() !== "",
    placeholderData: keepPreviousData,
    // Lists of names that had not come yet may be there in a moment.
    refetchInterval: ({ state }) => ((state.data?.unread.length ?? 0) > 0 && state.dataUpdateCount < 5 ? 2_000 : false),
  });
}

export function useRecent() {
  return useQuery({
    queryKey: ["recent"],
    queryFn: ({ signal }) => ask<Recent>("GET", ["recent"], { query: { limit: "10" }, signal }),
  });
}

export function useProjects(owner: string, name: string) {
  return useInfiniteQuery({
    queryKey: ["projects", owner, name],
    queryFn: ({ signal, pageParam }) =>
      ask<Projects>("GET", ["repositories", owner, name, "projects"], { query: { after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
}

export function useProject(place: ProjectPlace) {
  return useQuery({
    queryKey: ["project", place],
    queryFn: ({ signal }) => ask<Project>("GET", apiPath(place), { signal }),
  });
}

export function useVersion(place: ProjectPlace, version: string) {
  return useQuery({
    queryKey: ["version", place, version],
    queryFn: ({ signal }) => ask<VersionDetail>("GET", [...apiPath(place), "versions", version], { signal }),
  });
}

export function useDescription(place: ProjectPlace, version: string) {
  return useQuery({
    queryKey: ["description", place, version],
    queryFn: ({ signal }) =>
      ask<Description>("GET", [...apiPath(place), "versions", version, "description"], { signal }),
  });
}

export function useDownloads(place: ProjectPlace, version: string) {
  return useQuery({
    queryKey: ["downloads", place, version],
    queryFn: ({ signal }) =>
      ask<VersionDownloads>("GET", [...apiPath(place), "versions", version, "downloads"], { signal }),
  });
}

export function useAttachments(place: ProjectPlace) {
  return useQuery({
    queryKey: ["attachments", place],
    queryFn: ({ signal }) => ask<Attachments>("GET", [...apiPath(place), "attachments"], { signal }),
  });
}

export function useResolution({ owner, name, project }: ProjectPlace) {
  return useQuery({
    queryKey: ["resolution", owner, name, project],
    queryFn: ({ signal }) => ask<Resolution>("GET", ["repositories", owner, name, "resolution", project], { signal }),
  });
}

export function useContents(place: ProjectPlace, filename: string) {
  return useQuery({
    queryKey: ["contents", place, filename],
    queryFn: ({ signal }) => ask<Contents>("GET", [...apiPath(place), "files", filename, "contents"], { signal }),
    staleTime: 60_000,
  });
}

export function useMember(place: ProjectPlace, filename: string, path: string | null) {
  return useQuery({
    queryKey: ["member", place, filename, path],
    queryFn: ({ signal }) =>
      ask<MemberText>("GET", [...apiPath(place), "files", filename, "member"], { query: { path: path ?? "" }, signal }),
    enabled: path !== null,
    staleTime: 60_000,
  });
}
