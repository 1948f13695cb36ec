import { setTimeout as wait } from 'node:timers/promises';
import { scenarios, type CallRequest } from '../../infra/local/ucwa/calls/callPlan';
import type { SeededRandom } from '../support/seededRandom';
import type { ChaosWorld } from './chaosWorld';

/** Calls on all accounts, and what is still to come of them. */
export interface Ringing {
  readonly rung: number;
  /** Rings so many calls at random moments of the time given; resolves when it is over. */
  ring(calls: number, durationMs: number): Promise<void>;
  /** Resolves when every call has ended at the server. */
  ended(): Promise<void>;
}

/** @param longestSeconds no call rings longer. */
export function createRinging({ ucwa, accounts }: ChaosWorld, random: SeededRandom, longestSeconds: number): Ringing {
  const open = new Set<string>();
  const waiting = new Set<() => void>();
  let rung = 0;
  ucwa.simulator.onEvent(({ href, rel, type }) => {
    if (!rel.endsWith('Invitation') || type !== 'completed') return;
    open.delete(href);
    if (open.size === 0) for (const resolve of waiting) resolve();
  });
  return {
    get rung() {
      return rung;
    },
    async ring(calls, durationMs) {
      const times = Array.from({ length: calls }, () => random.between(0, durationMs)).sort(
        (one, other) => one - other,
      );
      const startedMs = performance.now();
      for (const atMs of times) {
        await wait(Math.max(0, startedMs + atMs - performance.now()));
        open.add(ucwa.ring(anyCall(accounts[rung++ % accounts.length], random, longestSeconds)).invitation);
      }
      await wait(Math.max(0, startedMs + durationMs - performance.now()));
    },
    ended: () =>
      new Promise((resolve) => {
        if (open.size === 0) resolve();
        else waiting.add(resolve);
      }),
  };
}

/** Of every kind, with every outcome. */
function anyCall(account: string | undefined, random: SeededRandom, longestSeconds: number): Partial<CallRequest> {
  return {
    account,
    scenario: random.pick(scenarios),
    modalities: random.pick<Required<CallRequest>['modalities']>([['audio'], ['audio', 'video'], ['phoneAudio']]),
    linkOnly: random.next() < 0.1,
    ringSeconds: random.between(1, longestSeconds),
    afterSeconds: random.between(0, longestSeconds / 4),
  };
}
