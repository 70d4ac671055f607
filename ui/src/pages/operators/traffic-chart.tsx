import "@mantine/charts/styles.css";
import { BarChart } from "@mantine/charts";
import type { ServerStatus } from "../../../../src/cli/api-types.ts";

const MINUTES = 60;
const MINUTE_MS = 60_000;
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** The last hour as bars; what it shows is said in words beside it. */
export function TrafficChart({
  minutes,
  at,
}: {
  readonly minutes: ServerStatus["traffic"]["minutes"];
  readonly at: string;
}) {
  const byStart = new Map(minutes.map((minute) => [Date.parse(minute.at), minute]));
  const now = Date.parse(at);
  const last = now - (now % MINUTE_MS);
  const bars = Array.from({ length: MINUTES }, (_, index) => {
    const start = last - (MINUTES - 1 - index) * MINUTE_MS;
    const { requests = 0, refusals = 0, failures = 0 } = byStart.get(start) ?? {};
    return { time: CLOCK.format(start), answered: requests - refusals - failures, refused: refusals, failed: failures };
  });
  return (
    <div aria-hidden>
      <BarChart
        h={220}
        data={bars}
        dataKey="time"
        type="stacked"
        withLegend
        series={[
          { name: "answered", label: "Answered", color: "teal.6" },
          { name: "refused", label: "Refused", color: "yellow.6" },
          { name: "failed", label: "Failed", color: "red.7" },
        ]}
        yAxisProps={{ allowDecimals: false }}
        barChartProps={{ accessibilityLayer: false }}
        barProps={{ isAnimationActive: false }}
      />
    </div>
  );
}
