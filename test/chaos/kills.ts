import { summarise, wasUnderWay, type Delay } from './lateness';
import { runKills, type KillsOutcome } from './runKills';
import type { Print, Scenario } from './scenario';

/** With the taking over in between, thirty kills take about eight minutes. */
const STRETCH_SECONDS = 12;

/** A host killed at random moments while calls ring, and the bus away for a while. */
export const kills: Scenario<'kills' | 'calls' | 'accounts' | 'outage'> = {
  says: 'SIGKILL of a Functions host at random moments while calls ring, the bus away meanwhile: ledger and topic agree.',
  options: {
    kills: { default: 30, least: 1, says: 'how often a host is killed' },
    calls: { default: 3_000, least: 0, says: 'how many calls ring' },
    accounts: { default: 50, least: 1, says: 'on how many accounts' },
    outage: { default: 60, least: 0, says: 'for how many seconds the bus is stopped in the middle; 0 for not at all' },
  },
  async run({ kills: count, calls, accounts, outage, seed }, print) {
    const startedMs = performance.now();
    const outcome = await runKills(
      { kills: count, calls, accounts, outageSeconds: outage, stretchSeconds: STRETCH_SECONDS, seed },
      (line) => print(`${seconds(performance.now() - startedMs).padStart(8)}  ${line}`),
    );
    report(outcome, print);
    return outcome.missing.length === 0 && outcome.surplus.length === 0;
  },
};

function report(outcome: KillsOutcome, print: Print): void {
  const { missing, surplus, delays, outage } = outcome;
  const row = (name: string, value: string): void => print(`${name.padEnd(26)}${value}`);
  const isLateByBus = (delay: Delay): boolean => outage !== undefined && wasUnderWay(delay, outage);
  print('');
  row('calls', `${outcome.calls}, and one last on each account`);
  row('kills', String(outcome.kills));
  row('events emitted', String(outcome.eventsEmitted));
  row('events on the topic', String(outcome.eventsOnTopic));
  row('missing', list(missing));
  row('surplus', list(surplus));
  row('lateness, ring to bus', lateness(delays.filter((delay) => !isLateByBus(delay))));
  if (outage !== undefined)
    row(
      '  while the bus was away',
      `${lateness(delays.filter(isLateByBus))}; away for ${seconds(outage.untilMs - outage.fromMs)}`,
    );
}

function list(items: readonly string[]): string {
  return items.length === 0 ? 'none' : [String(items.length), ...items].join('\n  ');
}

function lateness(delays: readonly Delay[]): string {
  const summary = summarise(delays.map(({ emittedAtMs, enqueuedAtMs }) => Math.max(0, enqueuedAtMs - emittedAtMs)));
  if (summary === undefined) return 'no events';
  return (
    `worst ${seconds(summary.worstMs)}, median ${seconds(summary.medianMs)}, 99 of 100 below ` +
    `${seconds(summary.p99Ms)} (${delays.length} events)`
  );
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
