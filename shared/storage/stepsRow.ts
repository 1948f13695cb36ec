import { randomUUID } from 'node:crypto';
import type { TableClient } from '@azure/data-tables';
import { toProgressRow, type Progress } from './orderRows';

/** Azure Tables: a text has at most 32 Ki characters; a step takes some 200. */
const MAX_STEPS = 128;
/** Invitations whose last row is remembered. */
const MAX_REMEMBERED = 1000;

/** Rows of steps that this process writes. */
export interface StepsRow {
  /** Adds to the last row of the invitation while there is room in it, else to a new one. At most 64 at once. Errors: those of the SDK. */
  add(table: TableClient, partition: string, steps: readonly Progress[]): Promise<void>;
}

/** Writes the steps of one invitation into as few rows as hold them: no other process writes these, so none need be read. */
export function createStepsRow(): StepsRow {
  const last = new Map<string, { readonly name: string; readonly steps: readonly Progress[] }>();
  return {
    async add(table, partition, steps) {
      const known = last.get(partition);
      const row = known === undefined || known.steps.length + steps.length > MAX_STEPS ? { name: randomUUID(), steps } : { name: known.name, steps: [...known.steps, ...steps] };
      last.delete(partition);
      await table.upsertEntity(toProgressRow(partition, row.steps, row.name), 'Replace');
      last.set(partition, row);
      const [oldest] = last.keys();
      if (last.size > MAX_REMEMBERED && oldest !== undefined) last.delete(oldest);
    },
  };
}
