/** Line and paragraph separators, and control characters: they would break a line. */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/**
 * Bidirectional controls, zero-width characters and whatever else has no shape of its own (Unicode UAX 44,
 * Default_Ignorable_Code_Point).
 */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * A text of somebody else's as a person is shown it: on one line, without characters that reverse it or hide in it, so that
 * nobody writes a name that reads as another one's. Longer ones end in an ellipsis. Pure.
 */
export function toShownText(text: string, maxLength = Infinity): string {
  const shown = text.replace(INVISIBLE, '').replace(BREAKS, ' ').trim();
  const characters = shown.length > maxLength ? Array.from(shown) : [];
  return characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : shown;
}
