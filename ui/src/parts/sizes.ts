const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `1.4 MiB`: a number of bytes for people. */
export function sizeText(sizeBytes: number): string {
  if (sizeBytes === 1) return "1 byte";
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${UNITS[unit]}`;
}

const FACTORS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `500M`, `2 GiB`, `1048576` as bytes; `null` where it is no size. */
export function sizeBytesOf(text: string): number | null {
  const [, digits = "", unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?)\s*([kmgt]?)(?:i?b|bytes?)?$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(digits) * (FACTORS[unit.toLowerCase()] ?? 1));
  return digits === "" || !Number.isSafeInteger(bytes) ? null : bytes;
}
