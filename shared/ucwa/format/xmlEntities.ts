const NUMBERED = /&#(?:(\d{1,7})|x([0-9a-f]{1,6}));/gi;
const HIGHEST = 0x10ffff;

/**
 * XML's own entities, numbered ones and the space that does not break; what is none stays as it is. One native pass for
 * each kind: a callback for each of a million entities would hold the process up. Pure; linear.
 */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  // What stands for an ampersand comes last, lest it make an entity of what follows it.
  const numbered = text.includes('&#')
    ? text.replace(/&#(?:38|x26);/gi, '&amp;').replace(NUMBERED, decodeNumber)
    : text;
  return numbered
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&nbsp;', '\u00A0')
    .replaceAll('&amp;', '&');
}

function decodeNumber(whole: string, decimal?: string, hex?: string): string {
  const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16);
  return code <= HIGHEST ? String.fromCodePoint(code) : whole;
}
