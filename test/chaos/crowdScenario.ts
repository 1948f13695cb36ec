import type { Conduct } from '../support/subscriberCrowd';
import type { CrowdOutcome, CrowdPlan } from './runCrowd';
import type { NumberOption } from './scenario';

type CrowdOption = 'calls' | 'alone' | 'rate' | 'accounts' | 'ring' | 'processes';

/** What each scenario with many subscribers can be given. */
export const crowdOptions = {
  calls: { default: 1_000, least: 1, says: 'how many calls ring for all' },
  alone: { default: 200, least: 1, says: 'how many ring before, for the healthy ones alone' },
  rate: { default: 60, least: 1, says: 'calls a minute' },
  accounts: { default: 10, least: 1, says: 'on how many accounts' },
  ring: { default: 30, least: 5, says: 'for how many seconds an account rings' },
  processes: { default: 0, least: 0, says: '1: each Service Bus function in a process of its own' },
} as const satisfies Readonly<Record<CrowdOption, NumberOption>>;

/** The plan of these values: a call lasts at most four fifths of the ring, and five seconds more are waited after it. */
export function toCrowdPlan(
  { calls, alone, rate, accounts, ring, processes, seed }: Readonly<Record<CrowdOption | 'seed', number>>,
  mix: readonly Conduct[],
): CrowdPlan {
  return {
    mix,
    callsAlone: alone,
    calls,
    callsPerMinute: rate,
    accounts,
    processes: processes > 0,
    ringSeconds: ring,
    longestCallSeconds: ring * 0.8,
    drainSeconds: ring + 5,
    seed,
  };
}

/** Whether the healthy ones heard everything in order, signed, and every delivery is accounted for. */
export function isSound({ missed, misordered, unverified, problems }: CrowdOutcome): boolean {
  return missed + misordered + unverified + problems.length === 0;
}
