import { startSilentNameServer } from '../support/silentNameServer';
import type { Conduct } from '../support/subscriberCrowd';
import { crowdOptions, isSound, toCrowdPlan } from './crowdScenario';
import { summarise } from './lateness';
import { runCrowd, type CrowdOutcome, type CrowdResult } from './runCrowd';
import { withSeconds, type Print, type Scenario } from './scenario';
import { durationsOf, report } from './webhooks';

/** What each kind of bad receiver does, and what `/health` says of it. */
const bad = {
  unresolved: /name server does not respond/,
  switches: /responded 101/,
  hangs: /no response: timeout/,
  drips: /no response: timeout/,
} as const satisfies Partial<Record<Conduct, RegExp>>;

/** The healthy one may be slower beside them by this factor, or by so many milliseconds. */
const MOST_TIMES = 1.3;
const MOST_MORE_MS = 100;

/** Receivers whose name server, or which themselves, do what Node.js alone does not get over. */
export const badReceivers: Scenario<'each' | keyof typeof crowdOptions> = {
  says:
    'One healthy webhook beside many whose name server never answers, that answer 101, that hang and that drip: ' +
    'it hears every call as soon as it does alone, and /health names the bad ones. Needs Linux with unshare.',
  options: {
    each: { default: 64, least: 1, says: 'how many there are of each bad kind' },
    ...crowdOptions,
    calls: { ...crowdOptions.calls, default: 60 },
    alone: { ...crowdOptions.alone, default: 60 },
    rate: { ...crowdOptions.rate, default: 20 },
  },
  async run(values, print) {
    const { each, calls } = values;
    const names = await startSilentNameServer();
    try {
      const conducts = (Object.keys(bad) as (keyof typeof bad)[]).flatMap((conduct) =>
        Array.from({ length: each }, () => conduct),
      );
      const plan = { ...toCrowdPlan(values, ['healthy', ...conducts]), execPath: names.execPath };
      const outcome = await runCrowd(plan, withSeconds(print));
      report(outcome, calls, print);
      print(`names that the name server was asked for   ${String(names.names.size)}`);
      const unnamed = outcome.results.filter((result) => !isNamed(result));
      print(`bad ones that /health does not name   ${String(unnamed.length)}${examplesOf(unnamed)}`);
      return names.names.size === each && unnamed.length === 0 && isAsSoon(outcome, print) && isSound(outcome);
    } finally {
      await names.close();
    }
  },
};

/** Whether `/health` says of each bad one what is wrong with it, and of a healthy one that it is well. */
function isNamed({ member: { conduct }, health }: CrowdResult): boolean {
  if (conduct === 'healthy') return health?.status === 'pass';
  return health?.status === 'warn' && conduct in bad && bad[conduct as keyof typeof bad].test(health.output ?? '');
}

function examplesOf(unnamed: readonly CrowdResult[]): string {
  return unnamed
    .slice(0, 5)
    .map(({ member, health }) => `\n  ${member.conduct}: ${JSON.stringify(health)}`)
    .join('');
}

function isAsSoon({ alone, crowded }: CrowdOutcome, print: Print): boolean {
  const [before, beside] = [summarise(durationsOf(alone)), summarise(durationsOf(crowded))];
  if (before === undefined || beside === undefined) return false;
  const mostMs = Math.max(before.p99Ms * MOST_TIMES, before.p99Ms + MOST_MORE_MS);
  print(`p99 of the healthy one   ${String(beside.p99Ms)} ms, at most ${mostMs.toFixed(0)} ms`);
  return beside.p99Ms <= mostMs;
}
