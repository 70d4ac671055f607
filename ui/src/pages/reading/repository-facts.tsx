import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Repository } from "../../../../src/cli/api-types.ts";
import { sizeText } from "../../parts/sizes.ts";
import { Fact, Facts } from "./facts.tsx";
import { pathTo } from "./queries.ts";

/** What a repository shows, and by which of its settings. */
export function RepositoryFacts({ repository }: { readonly repository: Repository }) {
  const { readers } = repository;
  return (
    <Facts>
      <OfKind repository={repository} />
      <Fact name="Left out">{leftOut(repository)}</Fact>
      <Fact name="Readers">
        {readers.includes(":ANONYMOUS:") ? "everybody" : readers.length === 0 ? "its owner" : readers.join(", ")}
      </Fact>
    </Facts>
  );
}

function OfKind({ repository }: { readonly repository: Repository }) {
  switch (repository.kind) {
    case "local":
      return <OfLocal repository={repository} />;
    case "remote":
      return (
        <>
          <Fact name="What it shows">What its upstream has; files are kept here once somebody has fetched them.</Fact>
          <Fact name="Upstream">{repository.url === null ? "none" : <Upstream url={repository.url} />}</Fact>
          <Fact name="State">{repository.isOffline ? "offline: the upstream is not asked" : null}</Fact>
        </>
      );
    case "virtual":
      return (
        <>
          <Fact name="What it shows">What its members have, together, in this order of trust.</Fact>
          <Fact name="Members">
            {repository.members.length === 0 ? "none yet" : <Names names={repository.members} />}
          </Fact>
          <Fact name="Uploads go to">
            {repository.publishTo === null ? "nowhere" : <Names names={[repository.publishTo]} />}
          </Fact>
          <Fact name="Which wins">{merging(repository)}</Fact>
        </>
      );
  }
}

function OfLocal({ repository }: { readonly repository: Repository & { readonly kind: "local" } }) {
  const { bases, mutability, quotaBytes } = repository;
  return (
    <>
      <Fact name="What it shows">
        {bases.length === 0 ? "What is published here." : "What is published here, and what its bases have."}
      </Fact>
      <Fact name="Bases">{bases.length === 0 ? null : <Names names={bases} />}</Fact>
      <Fact name="Published files">{mutability === "immutable" ? "are never replaced" : "may be replaced"}</Fact>
      <Fact name="Room">{quotaBytes === null ? null : `at most ${sizeText(quotaBytes)}`}</Fact>
      <Fact name="Which wins">{bases.length === 0 ? null : merging(repository)}</Fact>
    </>
  );
}

function leftOut({ constraints, includes, excludes }: Repository): string | null {
  const narrowed = [
    ...(constraints === null ? [] : [`what ${constraints.length} lines of constraints do not admit`]),
    ...(includes.length === 0 ? [] : [`all paths but those like ${includes.join(", ")}`]),
    ...(excludes.length === 0 ? [] : [`paths like ${excludes.join(", ")}`]),
  ];
  return narrowed.length === 0 ? null : narrowed.join("; ");
}

function merging({
  resolution,
  remotes,
  whitelist,
}: Pick<Repository & { readonly kind: "virtual" }, "resolution" | "remotes" | "whitelist">): string {
  const rule =
    resolution === "shadow"
      ? "A package that a local repository has hides its namesakes upstream"
      : "Packages of one name are put together, also from upstreams";
  const several = remotes === "first" ? "the first upstream that has it answers" : "all upstreams are united";
  const opened =
    whitelist.length === 0 ? "" : ` Opened for upstreams all the same: ${whitelist.slice(0, 20).join(", ")}.`;
  return `${rule}; ${several}.${opened}`;
}

function Upstream({ url }: { readonly url: string }) {
  if (!/^https?:\/\//i.test(url)) return <Text component="span">{url}</Text>;
  return (
    <Anchor href={url} rel="noopener nofollow">
      {url}
    </Anchor>
  );
}

function Names({ names }: { readonly names: readonly string[] }) {
  return (
    <>
      {names.map((name, at) => (
        <span key={name}>
          {at === 0 ? "" : ", "}
          <Anchor component={Link} to={pathTo(name)} underline="always">
            {name}
          </Anchor>
        </span>
      ))}
    </>
  );
}
