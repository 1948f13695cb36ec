import type { Timeline } from '../api/answers';
import { groupBy } from '../groupBy';

/** The first attempt to send an event to a subscriber, and what became of it. */
export interface RecentAttempt {
  readonly atMs: number;
  readonly durationMs: number;
  /** delivered: at the first attempt; late: at a later one; failed: not (yet). */
  readonly outcome: 'delivered' | 'late' | 'failed';
}

/** As many as are drawn. */
export const SHOWN_ATTEMPTS = 20;

/** The last deliveries of each subscriber by its id, the oldest first, out of the timelines of the last calls. Pure. */
export function recentAttempts(timelines: readonly Timeline[]): ReadonlyMap<string, readonly RecentAttempt[]> {
  const all = timelines.flatMap(({ events }) =>
    events.flatMap(({ recordedAt, receivedAt, subscribers }) =>
      subscribers.flatMap(({ subscriptionId, attempts, outcome }) => {
        const made = attempts.filter(({ attempted }) => attempted);
        const first = made[0];
        if (first === undefined || outcome === 'superseded' || outcome === 'expired') return [];
        const result = outcome !== 'delivered' ? 'failed' : made.length === 1 ? 'delivered' : 'late';
        const atMs = Date.parse(first.at ?? recordedAt ?? receivedAt ?? '');
        return [
          { subscriptionId, attempt: { atMs, durationMs: made.at(-1)?.durationMs ?? 0, outcome: result } as const },
        ];
      }),
    ),
  );
  const groups = groupBy(all, ({ subscriptionId }) => subscriptionId);
  return new Map(
    [...groups].map(([id, members]) => [
      id,
      members
        .map(({ attempt }) => attempt)
        .sort((one, other) => one.atMs - other.atMs)
        .slice(-SHOWN_ATTEMPTS),
    ]),
  );
}

/** The time within which 95 of 100 were delivered, in milliseconds; undefined without any. Pure. */
export function p95(attempts: readonly RecentAttempt[]): number | undefined {
  const times = attempts
    .filter(({ outcome }) => outcome !== 'failed')
    .map(({ durationMs }) => durationMs)
    .sort((one, other) => one - other);
  return times[Math.min(times.length - 1, Math.floor(times.length * 0.95))];
}

/** For those who do not see the bars. Pure. */
export function attemptsText(attempts: readonly RecentAttempt[]): string {
  const count = (wanted: RecentAttempt['outcome']): number =>
    attempts.filter(({ outcome }) => outcome === wanted).length;
  const parts = [
    `${String(count('delivered'))} delivered at once`,
    ...(count('late') > 0 ? [`${String(count('late'))} at a later attempt`] : []),
    ...(count('failed') > 0 ? [`${String(count('failed'))} not delivered`] : []),
  ];
  return `Last ${String(attempts.length)} events: ${parts.join(', ')}`;
}
