/** One record of a CSV file: its cells, and the line of the file on which it begins, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads CSV (RFC 4180): cells in quotation marks may hold the separator, line breaks and doubled quotation marks. The separator is
 * a comma, or a semicolon where the first line has one outside quotation marks and no comma, as spreadsheets write it in much
 * of Europe. Empty lines are left out, and so is a byte order mark. Pure. Throws an Error that names the line where a quotation
 * mark is not closed.
 */
export function parseCsv(text: string): CsvRecord[] {
  const source = text.replace(/^\uFEFF/, '');
  const [firstLine = ''] = source.split(/\r?\n/, 1);
  const separator = firstLine.includes(';') && !firstLine.includes(',') ? ';' : ',';
  // A cell, in quotation marks or not, and what ends it.
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n][^${separator}\\r\\n]*)|)(${separator}|\\r?\\n|$)`,
    'y',
  );
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let line = 1;
  let startLine = 1;
  while (cell.lastIndex < source.length) {
    const found = cell.exec(source);
    if (found === null) throw new Error(`Line ${line}: a quotation mark is not closed, or stands within a cell.`);
    const [whole, quoted, plain = '', end = ''] = found;
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    line += whole.split('\n').length - 1;
    const isLast = cell.lastIndex >= source.length;
    if (end === separator && isLast) cells.push('');
    if (end !== separator || isLast) {
      if (cells.some((one) => one !== '')) records.push({ line: startLine, cells });
      cells = [];
      startLine = line;
    }
  }
  return records;
}
