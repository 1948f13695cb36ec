import { mixOf } from '../support/subscriberCrowd';
import { crowdOptions, isSound, toCrowdPlan } from './crowdScenario';
import { summarise, type Delay } from './lateness';
import { runCrowd, type CrowdOutcome, type CrowdResult } from './runCrowd';
import { withSeconds, type Print, type Scenario } from './scenario';

/** Half of the subscribers hang, fail, throttle, are gone, redirect to a private address or reset the connection. */
export const webhooks: Scenario<'subscribers' | keyof typeof crowdOptions> = {
  says:
    'Webhooks to a crowd of which half behave badly: the healthy half hears every call as soon as it does ' +
    'alone, and every delivery is accounted for.',
  options: { subscribers: { default: 100, least: 7, says: 'how many; half of them healthy' }, ...crowdOptions },
  async run(values, print) {
    const outcome = await runCrowd(toCrowdPlan(values, mixOf(values.subscribers)), withSeconds(print));
    report(outcome, values.calls, print);
    return messagesOfFailing(outcome.results, values.calls) <= MOST_MESSAGES && isSound(outcome);
  },
};

const columns = ['delivered', 'expired', 'superseded', 'dead', 'disabled', 'pending'] as const;
/** What one call may cost for a subscriber that fails, on average. */
const MOST_MESSAGES = 4;

/** Prints a table of all subscribers, and how the healthy ones fared. */
export function report(
  { results, events, alone, crowded, missed, misordered, unverified, problems }: CrowdOutcome,
  calls: number,
  print: Print,
): void {
  const row = (name: string, ...values: readonly (string | number)[]): void =>
    print(name.padEnd(12) + values.map((value) => String(value).padStart(11)).join(''));
  print('');
  row('who', 'how many', 'deliveries', ...columns, 'attempts', 'messages');
  const conducts = [...new Set(results.map(({ member }) => member.conduct))];
  const total = (among: readonly CrowdResult[]) => [
    among.length,
    sum(among, ({ addressed }) => addressed.size),
    ...columns.map((column) => sum(among, ({ ends }) => ends[column])),
    sum(among, ({ attempts }) => attempts),
    sum(among, ({ messages }) => messages),
  ];
  for (const conduct of conducts) row(conduct, ...total(results.filter(({ member }) => member.conduct === conduct)));
  row('all', ...total(results));
  print('');
  for (const [reason, count] of countEach(results.flatMap(({ deadReasons }) => deadReasons)))
    print(`dead, ${String(count)} times: ${reason}`);
  const [withoutThem, withThem] = [summarise(durationsOf(alone)), summarise(durationsOf(crowded))];
  print(`events in the second round       ${events}`);
  print(`healthy: missed, out of order, not verified   ${missed}, ${misordered}, ${unverified}`);
  print(`healthy, server to subscriber: alone   ${latency(alone)}`);
  print(`                       among the others   ${latency(crowded)}`);
  if (withoutThem !== undefined && withThem !== undefined)
    print(`p99 with the others ÷ p99 without   ${(withThem.p99Ms / withoutThem.p99Ms).toFixed(2)}`);
  print(`messages for each call and failing subscriber   ${messagesOfFailing(results, calls).toFixed(2)}`);
  print(
    problems.length === 0
      ? 'every delivery is accounted for'
      : [`${problems.length} that do not add up`, ...problems.slice(0, 50)].join('\n  '),
  );
}

function countEach(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** Messages of `webhook-retries` for each call and subscriber that is not healthy. */
function messagesOfFailing(results: readonly CrowdResult[], calls: number): number {
  const failing = results.filter(({ member }) => member.conduct !== 'healthy');
  return sum(failing, ({ messages }) => messages) / Math.max(1, failing.length * calls);
}

function latency(delays: readonly Delay[]): string {
  const summary = summarise(durationsOf(delays));
  return summary === undefined
    ? 'no events'
    : `median ${summary.medianMs} ms, p99 ${summary.p99Ms} ms, worst ${summary.worstMs} ms (${delays.length} deliveries)`;
}

export function durationsOf(delays: readonly Delay[]): readonly number[] {
  return delays.map(({ emittedAtMs, enqueuedAtMs }) => enqueuedAtMs - emittedAtMs);
}

function sum<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
