/**
 * Fits a line as a document shows it: numbers may be others, white space may be more or less, and `…` stands for anything.
 */
export function outputPattern(line: string): RegExp {
  const pattern = line
    .trim()
    .split(/(…|\d+|\s+)/)
    .map((part) => {
      if (part === '…') return '.*';
      if (/^\d+$/.test(part)) return '\\d+';
      if (/^\s+$/.test(part)) return '\\s+';
      return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    });
  return new RegExp(`^\\s*${pattern.join('')}\\s*$`);
}

/** The first of the lines that are shown which the output does not have, in their order; undefined where it has all. */
export function firstMissing(shown: readonly string[], output: readonly string[]): string | undefined {
  let from = 0;
  for (const line of shown) {
    const found = output.findIndex((written, index) => index >= from && outputPattern(line).test(written));
    if (found === -1) return line;
    from = found + (line.trim() === '…' ? 0 : 1);
  }
  return undefined;
}
