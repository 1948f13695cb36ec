import type { Attempt, TimelineSubscriber } from '../api/answers';
import type { Tone } from '../calls/outcomeTexts';
import { groupBy } from '../groupBy';
import { duration, offset } from '../ui/times';

/** What became of an event with one subscriber, on a line. */
export interface SubscriberLine {
  readonly id: string;
  readonly name: string;
  readonly tone: Tone;
  readonly text: string;
}

/** Pure. @param startedAtMs of the call: times are shown from there. */
export function subscriberLine(subscriber: TimelineSubscriber, startedAtMs: number): SubscriberLine {
  const { subscriptionId, description, attempts, outcome } = subscriber;
  const name = description ?? `Subscription ${subscriptionId.slice(0, 8)}`;
  const failed = attempts.filter((attempt) => attempt.attempted && attempt.outcome !== 'delivered');
  const tone: Tone = outcome === 'delivered' ? (failed.length > 0 ? 'warn' : 'ok') : (tones[outcome] ?? 'soft');
  const changed = subscriber.changedSince === true ? ' (its settings were changed since)' : '';
  return { id: subscriptionId, name, tone, text: `${textOf(subscriber, failed, startedAtMs)}${changed}` };
}

const tones: Readonly<Record<string, Tone>> = { retrying: 'warn', dead: 'bad', disabled: 'bad', expired: 'warn' };

function textOf(subscriber: TimelineSubscriber, failed: readonly Attempt[], startedAtMs: number): string {
  const { outcome, filteredBy, deliveredInMs, deliveredAt, attempts } = subscriber;
  if (outcome === 'filtered') return `not sent: its filter ${filteredBy ?? ''} excludes it`;
  if (outcome === 'notSent') return 'not sent: it is paused, or its format has nothing to say of this';
  if (outcome === 'pending') return 'is being sent';
  if (outcome === 'delivered' && failed.length === 0)
    return deliveredInMs === undefined ? 'delivered' : `delivered in ${duration(deliveredInMs)}`;
  const reasons = failed.map((attempt) => attempt.reason ?? String(attempt.status ?? 'failed'));
  const end = endOf(outcome, { deliveredAt, last: attempts.at(-1), startedAtMs });
  const tries = failed.length + (outcome === 'delivered' ? 1 : 0);
  const head = tries > 0 ? `${String(tries)} ${tries === 1 ? 'attempt' : 'attempts'}: ` : '';
  return `${head}${[...shortened(reasons), end].join(' · ')}`;
}

/** The same reason many times over is said once. */
function shortened(reasons: readonly string[]): readonly string[] {
  return [...groupBy(reasons, (reason) => reason)].map(([reason, { length }]) =>
    length > 1 ? `${reason} (${String(length)} times)` : reason,
  );
}

interface EndInput {
  readonly deliveredAt: string | undefined;
  readonly last: Attempt | undefined;
  readonly startedAtMs: number;
}

function endOf(outcome: string, { deliveredAt, last, startedAtMs }: EndInput): string {
  const at = (time: string): string => offset(startedAtMs, Date.parse(time));
  if (outcome === 'delivered') return deliveredAt === undefined ? 'delivered' : `delivered at ${at(deliveredAt)}`;
  if (outcome === 'retrying')
    return last?.nextAt === undefined ? 'is tried again' : `is tried again at ${at(last.nextAt)}`;
  if (outcome === 'superseded') return 'skipped: a newer snapshot stands for it';
  if (outcome === 'expired') return 'given up: the ring was over';
  return outcome === 'disabled' ? 'given up: the subscription was disabled' : 'given up';
}
