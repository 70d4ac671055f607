/**
 * A name from elsewhere as it can be trusted to be seen: signs that are not shown, or that turn the direction of what
 * follows, stand as `�`, so that `exe.gpj` does not look like a picture.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, "�");
}
