/**
 * The text with everything between the comments `<!-- name:start -->` and `<!-- name:end -->` replaced; undefined when it
 * has no such comments. Pure.
 */
export function replaceBlock(text: string, name: string, content: string): string | undefined {
  const [start, end] = [`<!-- ${name}:start -->\n`, `<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from === -1 || to < from) return undefined;
  return `${text.slice(0, from + start.length)}${content}${text.slice(to)}`;
}
