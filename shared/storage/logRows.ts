import { z } from 'zod';
import { deliveryOutcomes, type DeliveryLogEntry } from '../webhooks/ports';
import { toNewestFirst } from './deliveryKeys';
import { fromTextChunks, toAsciiJson, toTextChunks } from './textChunks';

/** Log rows begin with it. */
export const LOG = 'd|';

/** An entity has at most 1 MiB, in which a character takes two bytes. */
const MAX_CHARACTERS = 400_000;

const entriesSchema = z.array(
  z.object({
    subscriptionId: z.string(),
    deliveryId: z.string(),
    eventId: z.string(),
    type: z.string(),
    subject: z.string(),
    round: z.number(),
    attempt: z.number(),
    attempted: z.boolean(),
    atMs: z.number(),
    durationMs: z.number(),
    outcome: z.enum(deliveryOutcomes),
    status: z.number().exactOptional(),
    reason: z.string().exactOptional(),
    response: z.string().exactOptional(),
    nextAtMs: z.number().exactOptional(),
  }),
);

/** Entries that were recorded together, in as few rows as hold them; the latest row has the lowest key, and in it the latest entry is the first. */
export function toLogRows(entries: readonly DeliveryLogEntry[], batch: string) {
  const rows: DeliveryLogEntry[][] = [];
  let room = 0;
  for (const entry of entries.toReversed()) {
    const size = toAsciiJson(entry).length + 1;
    if (size > room) {
      rows.push([]);
      room = MAX_CHARACTERS;
    }
    room -= size;
    rows.at(-1)?.push(entry);
  }
  const atMs = Math.max(...entries.map((entry) => entry.atMs));
  return rows.map((row, index) => ({
    rowKey: `${LOG}${toNewestFirst(Math.floor(atMs))}|${String(index).padStart(2, '0')}-${batch}`,
    ...toTextChunks(row),
  }));
}

export function fromLogRow(row: Readonly<Record<string, unknown>>): readonly DeliveryLogEntry[] {
  return entriesSchema.parse(fromTextChunks(row) ?? []);
}
