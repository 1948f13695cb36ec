import { z } from 'zod';
import { commandNames } from '../invitations/commands/command';
import type { CommandList, CommandListQuery, RecordedCommand } from '../invitations/commands/commandList';
import { parseCursor } from './calls/listPage';
import { insertRow, queryRows, rowKeyOf, type Row } from './calls/rows';
import { newestFirst, newestFirstMinute, timeOf } from './calls/timeKeys';
import { encodeCursor } from './cursor';
import type { Tables } from './tables';

export interface CommandAudit extends CommandList {
  /** Inserts one row; rows are never changed. Errors: `storageUnavailable`. */
  record(entry: RecordedCommand): Promise<void>;
}

/** A page reads no further than this. */
const MAX_ROWS_A_PAGE = 1000;

const rowSchema = z.object({
  invitationId: z.string().exactOptional(),
  account: z.string().exactOptional(),
  command: z.enum([...commandNames, 'start']),
  caller: z.string(),
  authentication: z.enum(['key', 'token', 'capability', 'unverified']),
  reason: z.string().exactOptional(),
  to: z.string().exactOptional(),
  state: z.string().exactOptional(),
  result: z.string(),
  status: z.number(),
  replayed: z.literal(true).exactOptional(),
});

/** Table `commandAudit`: partition = inverted minute, row = inverted millisecond, then the id; so the newest comes first. */
export function createCommandAudit(tables: Tables): CommandAudit {
  return {
    async record({ id, atMs, ...entry }) {
      await insertRow(tables, 'commandAudit', {
        partitionKey: newestFirstMinute(atMs),
        rowKey: `${newestFirst(atMs)}.${id}`,
        ...entry,
      });
    },
    list: (query) => readPage(tables, query),
  };
}

async function readPage(tables: Tables, query: CommandListQuery): ReturnType<CommandList['list']> {
  const { caller, limit, cursor } = query;
  const after = parseCursor(cursor, ROW_KEY);
  const commands: RecordedCommand[] = [];
  let [read, last] = [0, ''];
  for await (const row of queryRows(tables, 'commandAudit', { filter: toFilter(query, after) }, limit + 1)) {
    if (commands.length === limit || read === MAX_ROWS_A_PAGE) return { commands, cursor: encodeCursor(last) };
    if (caller === undefined || row.caller === caller) commands.push(toCommand(row));
    read += 1;
    last = rowKeyOf(row);
  }
  return { commands };
}

const ROW_KEY = /^\d{13}\.[\w-]{1,200}$/;

function toFilter({ sinceMs, untilMs }: CommandListQuery, after: string | undefined): string {
  const from = (timeMs: number, key: string): string =>
    `PartitionKey ge '${newestFirstMinute(timeMs)}' and RowKey ${key}`;
  return [
    ...(after === undefined ? [] : [from(timeOf(after.slice(0, 13)), `gt '${after}'`)]),
    ...(untilMs === undefined ? [] : [from(untilMs - 1, `ge '${newestFirst(untilMs - 1)}'`)]),
    ...(sinceMs === undefined
      ? []
      : [`PartitionKey le '${newestFirstMinute(sinceMs)}' and RowKey lt '${newestFirst(sinceMs)}~'`]),
  ].join(' and ');
}

function toCommand(row: Row): RecordedCommand {
  const [inverted = '', id = ''] = rowKeyOf(row).split('.');
  return { id, atMs: timeOf(inverted), ...rowSchema.parse(row) };
}
