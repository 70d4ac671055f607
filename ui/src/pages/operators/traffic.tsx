import { Skeleton, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { ServerStatus } from "../../../../src/cli/api-types.ts";
import { sizeText } from "../../parts/sizes.ts";
import { numberText } from "./figures.ts";
import { Section } from "./section.tsx";

const TrafficChart = lazy(async () => ({ default: (await import("./traffic-chart.tsx")).TrafficChart }));

/** What was answered, minute by minute; in words first, for who cannot see the picture. */
export function Traffic({ traffic, at }: { readonly traffic: ServerStatus["traffic"]; readonly at: string }) {
  const busiest = traffic.minutes.reduce((most, { requests }) => Math.max(most, requests), 0);
  return (
    <Section title="Traffic">
      <Text size="sm">
        {numberText(traffic.requests)} requests since the start: {numberText(traffic.refusals)} refused,{" "}
        {numberText(traffic.failures)} failed; {sizeText(traffic.sentBytes)} sent, {numberText(traffic.uploads)} files
        taken in. {busiest === 0 ? "" : `The busiest minute of the last hour had ${numberText(busiest)} requests.`}
      </Text>
      <Suspense fallback={<Skeleton h={220} />}>
        <TrafficChart minutes={traffic.minutes} at={at} />
      </Suspense>
    </Section>
  );
}
