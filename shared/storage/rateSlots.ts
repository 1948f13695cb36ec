import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../clock';
import { RelayError } from '../errors/relayError';
import { toTableKey } from '../invitations/record/eventKey';
import type { RateSlots } from '../webhooks/delivery/rateSlots';
import { double, removeRow } from './calls/rows';
import type { Tables } from './tables';
import { statusOf, storageUnavailable } from './translateStorageError';

const TABLE = 'deliveryRates';
const PARTITION = 'rates';
const MAX_TRIES = 10;
/** After a try that met another process, a random part of this. */
const BACK_OFF_MS = 50;

interface FreeRow {
  /** The next free time in milliseconds; a row without is new. */
  readonly freeAtMs: number;
  readonly etag?: string;
}

/** The next free time of each subscription in table `deliveryRates`, changed only by the process that read it last. */
export function createRateSlots({
  tables,
  clock,
  random,
}: {
  readonly tables: Tables;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly random: () => number;
}): RateSlots {
  return {
    async reserve(subscriptionId, perMinute, count, nowMs) {
      const rowKey = toTableKey(subscriptionId);
      const apartMs = 60_000 / perMinute;
      try {
        const table = await tables.client(TABLE);
        for (let tries = 0; tries < MAX_TRIES; tries += 1) {
          if (tries > 0) await clock.sleep(BACK_OFF_MS * random());
          const row = await read(table, rowKey);
          const firstMs = Math.max(nowMs, row.freeAtMs);
          if (await write(table, rowKey, { ...row, freeAtMs: firstMs + count * apartMs }))
            return Array.from({ length: count }, (_, index) => Math.ceil(firstMs + index * apartMs));
        }
      } catch (error) {
        throw storageUnavailable(error);
      }
      throw new RelayError('storageUnavailable', 'Too many processes take times of this subscription at once.');
    },
    remove: (subscriptionId) => removeRow(tables, TABLE, PARTITION, toTableKey(subscriptionId)),
  };
}

async function read(table: TableClient, rowKey: string): Promise<FreeRow> {
  try {
    const { freeAtMs, etag } = await table.getEntity<{ freeAtMs: number }>(PARTITION, rowKey);
    return { freeAtMs, etag };
  } catch (error) {
    if (statusOf(error) === 404) return { freeAtMs: 0 };
    throw error;
  }
}

/** False when another was faster. */
async function write(table: TableClient, rowKey: string, { freeAtMs, etag }: FreeRow): Promise<boolean> {
  const row = { partitionKey: PARTITION, rowKey, freeAtMs: double(freeAtMs) };
  try {
    await (etag === undefined ? table.createEntity(row) : table.updateEntity(row, 'Replace', { etag }));
    return true;
  } catch (error) {
    if ([404, 409, 412].includes(statusOf(error) ?? 0)) return false;
    throw error;
  }
}
