import type { Clock } from '../clock';
import { RelayError } from '../errors/relayError';
import { toTableKey } from '../invitations/record/eventKey';
import type { RateSlots } from '../webhooks/delivery/pacing';
import { double, readRow, removeRow, writeUnlessChanged } from './calls/rows';
import type { Tables } from './tables';

const TABLE = 'deliveryRates';
const PARTITION = 'rates';
const MAX_TRIES = 10;
/** After a try that met another process, a random part of this. */
const BACK_OFF_MS = 50;

/** The next free time of each subscription in table `deliveryRates`, changed only by the process that read it last. */
export function createRateSlots(tables: Tables, clock: Pick<Clock, 'sleep'>, random: () => number): RateSlots {
  return {
    async reserve(subscriptionId, perMinute, count, nowMs) {
      const keys = { partitionKey: PARTITION, rowKey: toTableKey(subscriptionId) };
      const apartMs = 60_000 / perMinute;
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        if (tries > 0) await clock.sleep(BACK_OFF_MS * random());
        const row = await readRow(tables, TABLE, keys.partitionKey, keys.rowKey);
        const firstMs = Math.max(nowMs, Number(row?.freeAtMs ?? 0));
        const changed = { ...keys, freeAtMs: double(firstMs + count * apartMs) };
        if (await writeUnlessChanged(tables, TABLE, changed, row?.etag))
          return Array.from({ length: count }, (_, index) => Math.ceil(firstMs + index * apartMs));
      }
      throw new RelayError('storageUnavailable', 'Too many processes take times of this subscription at once.');
    },
    remove: (subscriptionId) => removeRow(tables, TABLE, PARTITION, toTableKey(subscriptionId)),
  };
}
