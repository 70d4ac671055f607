import { usage } from "./typed.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `500M`, `2G`, `1048576`: bytes, with units of 1024, as the server's settings have them. */
export function sizeBytesFrom(option: string, text: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(digits) * (UNITS[unit.toLowerCase()] ?? 1));
  if (digits === "" || !Number.isSafeInteger(bytes)) throw usage(`--${option} ${text}: a size looks like 500M or 2G`);
  return bytes;
}
