import { z } from 'zod';
import { commandNames } from '../invitations/commands/command';
import type { CommandList, CommandListQuery, RecordedCommand } from '../invitations/commands/commandList';
import { newestFirst, newestFirstMinute, timeOf } from '../invitations/record/timeKeys';
import { readPage } from './calls/listPage';
import { insertRow, queryRows, type Row } from './calls/rows';
import { parseCursor } from './cursor';
import type { Tables } from './tables';

interface CommandAudit extends CommandList {
  /** Inserts one row; rows are never changed. Errors: `storageUnavailable`. */
  record(entry: RecordedCommand): Promise<void>;
}

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
    list: (query) => listCommands(tables, query),
  };
}

async function listCommands(tables: Tables, query: CommandListQuery): ReturnType<CommandList['list']> {
  const { caller, limit, cursor } = query;
  const filter = toFilter(query, parseCursor(cursor, ROW_KEY));
  const rows = queryRows(tables, 'commandAudit', { filter }, limit + 1);
  const { items: commands, ...rest } = await readPage(rows, limit, (row) =>
    caller === undefined || row.caller === caller ? toCommand(row) : undefined,
  );
  return { commands, ...rest };
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
  const [inverted = '', id = ''] = row.rowKey.split('.');
  return { id, atMs: timeOf(inverted), ...rowSchema.parse(row) };
}
