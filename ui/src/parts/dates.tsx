const FORMAT = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "medium",
  timeStyle: "short",
});
const ZONED = new Intl.DateTimeFormat("en-GB", {
  year: "numeric",
  month: "long",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const ZONE = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });

/** A moment, in the reader's own zone, which is named; the exact one is on hover and for machines. */
export function When({ at, only }: { readonly at: string; readonly only?: "day" }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={`${ZONED.format(date)} (${at})`}>
      {only === "day" ? DAY.format(date) : `${FORMAT.format(date)} ${zoneOf(date)}`}
    </time>
  );
}

function zoneOf(date: Date): string {
  return ZONE.formatToParts(date).find(({ type }) => type === "timeZoneName")?.value ?? "";
}
