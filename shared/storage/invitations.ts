// Over 200 lines: two tables that one event is written to together, with the reading of both.
import { odata, type TableClient, type TableEntityResult } from '@azure/data-tables';
import { z } from 'zod';
import type { InvitationData } from '../invitations/invitationData';
import { EXPIRY_GRACE_MS, type InvitationHead } from '../invitations/invitationHead';
import { accountKey } from '../invitations/invitationId';
import type { InvitationQuery, InvitationStore } from '../invitations/invitationStore';
import type { InvitationEvent } from '../invitations/relayEvent';
import { cursorRefused, decodeCursor, encodeCursor } from './cursor';
import { toTableKey } from './deliveryKeys';
import { statusOf, storageUnavailable } from './translateStorageError';
import type { Tables } from './tables';

/**
 * The read model in two tables.
 * `invitationHistory`: partition = invitation; a row per event, never changed, and the row `place`, which says where the
 * head stands. `invitationHeads`: partition = account's key; row = time of the first event, descending, then the id, so
 * that a page of an account's calls is a range read. Errors: `storageUnavailable`; `requestInvalid` for a cursor that is none.
 */
export function createInvitations(tables: Tables): InvitationStore {
  const place = async (event: InvitationEvent): Promise<string> => {
    const history = await tables.client('invitationHistory');
    const rowKey = `${String(LATEST_MS - event.timeMs).padStart(16, '0')}_${event.subject}`;
    if (await insert(history, { partitionKey: event.subject, rowKey: PLACE, head: rowKey, account: event.account }))
      return rowKey;
    return (await readPlace(history, event.subject))?.head ?? rowKey;
  };

  return {
    async append(event) {
      const { id, type, account, sequence = '', timeMs, expiryTimeMs, data } = event;
      const row = {
        partitionKey: event.subject,
        rowKey: `${sequence}_${id}`,
        type,
        account,
        timeMs: double(timeMs),
        ...(expiryTimeMs === undefined ? {} : { expiryTimeMs: double(expiryTimeMs) }),
        data: JSON.stringify(data),
      };
      await insert(await tables.client('invitationHistory'), row);
    },
    async updateHead(event, change) {
      const heads = await tables.client('invitationHeads');
      const at = { partitionKey: accountKey(event.account), rowKey: await place(event) };
      while (!(await changeHead(heads, at, change))) continue;
    },
    async head(invitationId) {
      const found = await readPlace(await tables.client('invitationHistory'), toTableKey(invitationId));
      if (found === undefined) return undefined;
      return (
        await readHead(await tables.client('invitationHeads'), {
          partitionKey: accountKey(found.account),
          rowKey: found.head,
        })
      )?.head;
    },
    async history(invitationId) {
      const events: InvitationEvent[] = [];
      const filter = odata`PartitionKey eq ${toTableKey(invitationId)} and RowKey lt ${PLACE}`;
      for await (const row of translated(
        (await tables.client('invitationHistory')).listEntities({ queryOptions: { filter } }),
      ))
        events.push(toEvent(row));
      return events;
    },
    async list(query) {
      const pages = (await tables.client('invitationHeads')).listEntities({
        queryOptions: { filter: filterOf(query) },
      });
      const continuationToken = decodeCursor(query.cursor);
      try {
        const page = await pages
          .byPage({ maxPageSize: query.limit, ...(continuationToken === undefined ? {} : { continuationToken }) })
          .next();
        const rows = page.done === true ? [] : page.value;
        const next =
          'continuationToken' in rows && typeof rows.continuationToken === 'string'
            ? rows.continuationToken
            : undefined;
        return { heads: rows.map(toHead), ...(next === undefined ? {} : { cursor: encodeCursor(next) }) };
      } catch (error) {
        // The SDK throws these for a token that it did not make, the service answers 400 to one that names no row.
        const isRefused = error instanceof SyntaxError || error instanceof TypeError || statusOf(error) === 400;
        throw continuationToken !== undefined && isRefused ? cursorRefused() : storageUnavailable(error);
      }
    },
    async updateActive(account, change) {
      const heads = await tables.client('invitationHeads');
      const filter = odata`PartitionKey eq ${accountKey(account)} and state eq 'active'`;
      for await (const { partitionKey = '', rowKey = '' } of translated(
        heads.listEntities({ queryOptions: { filter, select: ['PartitionKey', 'RowKey'] } }),
      )) {
        while (
          !(await changeHead(heads, { partitionKey, rowKey }, (head) =>
            head === undefined ? undefined : change(head),
          ))
        )
          continue;
      }
    },
  };
}

/** The largest Date there is (ECMA-262 §21.4.1.1): counted down from it, the newest sorts first. */
const LATEST_MS = 8_640_000_000_000_000;
/** Sorts after every sequence, which are digits. */
const PLACE = 'place';

interface Row {
  readonly partitionKey: string;
  readonly rowKey: string;
}

/** False when another changed the head in the meantime. */
async function changeHead(
  heads: TableClient,
  at: Row,
  change: (head: InvitationHead | undefined) => InvitationHead | undefined,
): Promise<boolean> {
  const found = await readHead(heads, at);
  const head = change(found?.head);
  if (head === undefined) return true;
  const { invitationId, account, state, endedBy, gapEndedAtMs, startedAtMs, seenAtMs, sequence, expiryTimeMs, data } =
    head;
  const row = {
    ...at,
    invitationId,
    account,
    state,
    sequence,
    startedAtMs: double(startedAtMs),
    seenAtMs: double(seenAtMs),
    expiryTimeMs: double(expiryTimeMs ?? LATEST_MS),
    data: JSON.stringify(data),
    ...(endedBy === undefined ? {} : { endedBy }),
    ...(gapEndedAtMs === undefined ? {} : { gapEndedAtMs: double(gapEndedAtMs) }),
  };
  if (found === undefined) return insert(heads, row);
  try {
    await heads.updateEntity(row, 'Replace', { etag: found.etag });
    return true;
  } catch (error) {
    if (statusOf(error) === 412 || statusOf(error) === 404) return false;
    throw storageUnavailable(error);
  }
}

const headSchema = z.object({
  invitationId: z.string(),
  account: z.string(),
  state: z.enum(['active', 'ended']),
  endedBy: z.enum(['completed', 'gap']).optional(),
  gapEndedAtMs: z.number().optional(),
  startedAtMs: z.number(),
  seenAtMs: z.number().optional(),
  sequence: z.string(),
  expiryTimeMs: z.number(),
  data: z.string(),
});

function toHead(row: TableEntityResult<Record<string, unknown>>): InvitationHead {
  const { endedBy, gapEndedAtMs, seenAtMs, expiryTimeMs, data, ...head } = headSchema.parse(row);
  return {
    ...head,
    // A row of a version that did not keep it.
    seenAtMs: seenAtMs ?? head.startedAtMs,
    ...(endedBy === undefined ? {} : { endedBy }),
    ...(gapEndedAtMs === undefined ? {} : { gapEndedAtMs }),
    ...(expiryTimeMs >= LATEST_MS ? {} : { expiryTimeMs }),
    data: readData(data),
  };
}

async function readHead(
  heads: TableClient,
  { partitionKey, rowKey }: Row,
): Promise<{ readonly head: InvitationHead; readonly etag: string } | undefined> {
  const row = await read(heads, partitionKey, rowKey);
  return row === undefined ? undefined : { head: toHead(row), etag: row.etag };
}

async function readPlace(
  history: TableClient,
  invitationId: string,
): Promise<{ readonly head: string; readonly account: string } | undefined> {
  const row = await read(history, invitationId, PLACE);
  return row === undefined ? undefined : z.object({ head: z.string(), account: z.string() }).parse(row);
}

const eventSchema = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  type: z.templateLiteral(['ucwa.', z.string(), '.', z.enum(['started', 'updated', 'completed'])]),
  account: z.string(),
  timeMs: z.number(),
  expiryTimeMs: z.number().optional(),
  data: z.string(),
});

function toEvent(row: unknown): InvitationEvent {
  const { partitionKey, rowKey, expiryTimeMs, data, ...event } = eventSchema.parse(row);
  const parting = rowKey.indexOf('_');
  return {
    ...event,
    subject: partitionKey,
    sequence: rowKey.slice(0, parting),
    id: rowKey.slice(parting + 1),
    ...(expiryTimeMs === undefined ? {} : { expiryTimeMs }),
    data: readData(data),
  };
}

/** The tables are written by the relay alone; a row of a newer version, with fields unknown here, is still a row. */
function readData(json: string): InvitationData {
  return JSON.parse(json) as InvitationData;
}

function filterOf({ account, state, nowMs }: InvitationQuery): string {
  const ranOutMs = nowMs - EXPIRY_GRACE_MS;
  return [
    ...(account === undefined ? [] : [odata`PartitionKey eq ${accountKey(account)}`]),
    ...(state === 'active' ? [`state eq 'active' and expiryTimeMs gt ${String(ranOutMs)}.0`] : []),
    ...(state === 'ended' ? [`(state eq 'ended' or expiryTimeMs le ${String(ranOutMs)}.0)`] : []),
  ].join(' and ');
}

/** False when the row is there already. */
async function insert(table: TableClient, row: Row & Record<string, unknown>): Promise<boolean> {
  try {
    await table.createEntity(row);
    return true;
  } catch (error) {
    if (statusOf(error) === 409) return false;
    throw storageUnavailable(error);
  }
}

async function read(
  table: TableClient,
  partitionKey: string,
  rowKey: string,
): Promise<TableEntityResult<Record<string, unknown>> | undefined> {
  try {
    return await table.getEntity(partitionKey, rowKey);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw storageUnavailable(error);
  }
}

async function* translated<T>(rows: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* rows;
  } catch (error) {
    throw storageUnavailable(error);
  }
}

function double(value: number): { readonly type: 'Double'; readonly value: string } {
  return { type: 'Double', value: String(value) };
}
