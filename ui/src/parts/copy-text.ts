/**
 * Puts a text on the clipboard; `false`: the browser does not let us. Browsers give their clipboard only to pages that
 * came encrypted or from this machine, and many of these servers are reached by plain http in a house of their own.
 */
export async function copyText(text: string): Promise<boolean> {
  if ("clipboard" in navigator && window.isSecureContext) {
    const isWritten = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    if (isWritten) return true;
  }
  return copyMarked(text);
}

function copyMarked(text: string): boolean {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "skip-link";
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
