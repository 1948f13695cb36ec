/** A table of Markdown; a bar within a cell is escaped. Ends with a line end. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [line(head), `|${' --- |'.repeat(head.length)}\n`, ...rows.map(line)].join('');
}

/** Text in code style; nothing for nothing. */
export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
