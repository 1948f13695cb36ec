import type { EventRecord } from '../../infra/local/ucwa/ledger';
import type { InvitationData } from '../../shared/invitations/invitationData';
import type { RecordedEvent } from './topicRecord';

/** How long an event was under way. */
export interface Delay {
  /** When the server emitted it, milliseconds since the epoch. */
  readonly emittedAtMs: number;
  /** When the bus had it. */
  readonly enqueuedAtMs: number;
}

/** Each event of the ledger that is on the topic with its delay: the n-th of an invitation and kind there with the n-th here. */
export function delaysOf(
  ledger: readonly EventRecord[],
  topic: readonly RecordedEvent[],
  idOf: (href: string, account: string) => string,
): Delay[] {
  const emitted = group(ledger, ({ account, href, type }) => `${idOf(href, account)} ${type}`);
  const received = group(
    topic,
    ({ event: { subject, data } }) => `${subject} ${String((data as Partial<InvitationData>).event)}`,
  );
  return [...emitted].flatMap(([key, records]) => {
    const inOrder = (received.get(key) ?? []).sort((one, other) =>
      (one.event.sequence ?? '') < (other.event.sequence ?? '') ? -1 : 1,
    );
    return records.flatMap(({ at }, index) => {
      const enqueuedAtMs = inOrder[index]?.enqueuedAtMs;
      return enqueuedAtMs === undefined ? [] : [{ emittedAtMs: Date.parse(at), enqueuedAtMs }];
    });
  });
}

/** From a moment up to another, milliseconds since the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Whether the event was under way in that time. */
export function wasUnderWay({ emittedAtMs, enqueuedAtMs }: Delay, { fromMs, untilMs }: Span): boolean {
  return emittedAtMs < untilMs && enqueuedAtMs >= fromMs;
}

/** The middle one, the one that 99 of 100 stay below, and the worst; undefined for none. */
export function summarise(
  durationsMs: readonly number[],
): { readonly medianMs: number; readonly p99Ms: number; readonly worstMs: number } | undefined {
  const sorted = durationsMs.toSorted((one, other) => one - other);
  const at = (share: number): number | undefined =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const [medianMs, p99Ms, worstMs] = [at(0.5), at(0.99), at(1)];
  return medianMs === undefined || p99Ms === undefined || worstMs === undefined
    ? undefined
    : { medianMs, p99Ms, worstMs };
}

function group<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return groups;
}
