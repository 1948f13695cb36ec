import { accountPathSchema, accountRequestSchema } from '../../../shared/accounts/accountRequest';
import { parseOrExplain } from '../../../shared/errors/parseOrExplain';
import { parseCsv, type CsvRecord } from './parseCsv';

/** One account of the file, as `PUT /accounts/{sipUri}` takes it. */
export interface FileAccount {
  readonly line: number;
  readonly sipUri: string;
  readonly body: Readonly<Record<string, unknown>>;
}
export interface RefusedLine {
  readonly line: number;
  /** Empty where the line names none. */
  readonly sipUri: string;
  /** In a sentence, without any value. */
  readonly reason: string;
}

const columns = ['sipUri', ...Object.keys(accountRequestSchema.shape)];

/**
 * The accounts of a CSV file with a header line of field names, and the lines that the relay would refuse, by its own checks. An
 * empty cell is a field that is not given; modalities are separated by spaces. Pure. Throws an Error for a file without
 * `sipUri`, `username` and `password`, or with a column that is no field.
 */
export function readAccounts(text: string): {
  readonly accounts: readonly FileAccount[];
  readonly refused: readonly RefusedLine[];
} {
  const [header, ...records] = parseCsv(text);
  const names = header?.cells ?? [];
  const unknown = names.filter((name) => !columns.includes(name));
  const missing = ['sipUri', 'username', 'password'].filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`The first line names ${unknown.join(', ')}, which is no field. Fields are ${columns.join(', ')}.`);
  if (missing.length > 0) throw new Error(`The first line must name the columns; ${missing.join(', ')} is missing.`);

  const accounts: FileAccount[] = [];
  const refused: RefusedLine[] = [];
  const lines = new Map<string, number>();
  for (const record of records) {
    const { sipUri = '', ...fields } = toFields(record, names);
    const { line } = record;
    const refuse = (reason: string): void => void refused.push({ line, sipUri: String(sipUri), reason });
    const earlier = lines.get(String(sipUri).toLowerCase());
    if (record.cells.length !== names.length)
      refuse(`The line has ${record.cells.length} cells, the first line ${names.length}.`);
    else if (earlier !== undefined) refuse(`"sipUri" is that of line ${earlier} again.`);
    else {
      try {
        parseOrExplain({ sipUri }, accountPathSchema);
        parseOrExplain(fields, accountRequestSchema);
        accounts.push({ line, sipUri: String(sipUri), body: fields });
        lines.set(String(sipUri).toLowerCase(), line);
      } catch (error) {
        refuse(error instanceof Error ? error.message : String(error));
      }
    }
  }
  return { accounts, refused };
}

function toFields({ cells }: CsvRecord, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const cell = cells[index] ?? '';
      return cell === '' ? [] : [[name, toValue(name, cell)] as const];
    }),
  );
}

function toValue(name: string, cell: string): unknown {
  switch (name) {
    case 'modalities':
      return cell.split(/[\s|]+/);
    case 'enabled':
    case 'reportActivity':
      return /^(true|false)$/i.test(cell) ? cell.toLowerCase() === 'true' : cell;
    case 'ringSeconds':
      return /^\d+$/.test(cell) ? Number(cell) : cell;
    default:
      return cell;
  }
}
