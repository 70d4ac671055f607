/**
 * What a page may do: run our own scripts, ask our own API, and nothing else. Nothing comes from another host, so the
 * pages work in a network without any.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Mantine sets sizes and colours in `style` attributes and in one style element of its own; styles run nothing.
  "style-src 'self' 'unsafe-inline'",
  // `data:` for the small pictures that charts and icons are made of; a README's pictures stay where they are.
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Nothing of ours needs a device of the reader's; copying to the clipboard is allowed by default. */
const PERMISSIONS = ["camera", "display-capture", "geolocation", "microphone", "payment", "usb"]
  .map((name) => `${name}=()`)
  .join(", ");

/** Of every page. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": PERMISSIONS,
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  // The same address answers machines in their own languages.
  vary: "Accept, Sec-Fetch-Dest, User-Agent",
};

/** Of every script, style and picture. */
export const ASSET_HEADERS: Readonly<Record<string, string>> = {
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};
