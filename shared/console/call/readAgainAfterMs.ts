import type { CallDetail, Timeline } from '../api/answers';

/** An attempt that is under way ends within a second, as a rule. */
const ATTEMPT_MS = 1000;
const ACTIVE_MS = 3000;
/** A retry can be hours away; somebody may recover it earlier. */
const LONGEST_MS = 60_000;

/**
 * After how many milliseconds a shown call is read again, for the stream does not tell what became of a delivery; undefined where
 * nothing is to come. Pure.
 */
export function readAgainAfterMs(
  { detail, timeline }: { readonly detail: Pick<CallDetail, 'state'>; readonly timeline: Pick<Timeline, 'events'> },
  nowMs: number,
): number | undefined {
  const subscribers = timeline.events.flatMap((event) => event.subscribers);
  if (subscribers.some(({ outcome }) => outcome === 'pending')) return ATTEMPT_MS;
  const waits = subscribers
    .filter(({ outcome }) => outcome === 'retrying')
    .map(({ attempts }) => Date.parse(attempts.at(-1)?.nextAt ?? '') - nowMs + ATTEMPT_MS);
  const retryMs = waits.map((wait) => Math.min(Math.max(wait || 0, ATTEMPT_MS), LONGEST_MS));
  const all = detail.state === 'active' ? [ACTIVE_MS, ...retryMs] : retryMs;
  return all.length === 0 ? undefined : Math.min(...all);
}
