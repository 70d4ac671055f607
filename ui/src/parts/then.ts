/**
 * Where to go after signing in, from what stands in the address of the sign-in page: a place of these pages, below the
 * application's own path. Whatever could lead elsewhere (`//host`, `javascript:`) leads to `otherwise`.
 */
export function placeAfter(text: string | null, base: string, otherwise: string): string {
  if (text === null || !/^\/(?![/\\])/.test(text) || /[\x00-\x1f]/.test(text)) return otherwise;
  // Some say where they are with the prefix under which a proxy shows us.
  const inner = base !== "/" && text.startsWith(base) ? text.slice(base.length - 1) : text;
  if (/^\/[/\\]/.test(inner)) return otherwise;
  return /^\/ui\/login(?![\w-])/.test(inner) ? otherwise : inner;
}
