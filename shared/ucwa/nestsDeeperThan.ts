/**
 * Whether valid JSON nests objects and lists deeper than `levels`. Looks at the text, for what walks the value level by
 * level (JSON.stringify among them) would exhaust the stack on the way. Pure; linear, without recursion.
 */
export function nestsDeeperThan(levels: number, json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') at = endOfString(json, at);
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > levels) return true;
  }
  return false;
}

/** Where the quote is that closes the string; what stands in it does not nest. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}
