import { setTimeout as wait } from 'node:timers/promises';
import axios from 'axios';
import { runEnding, type Ending } from './runEnding';
import type { Scenario } from './scenario';

const ORDERLY_MS = 5_000;
const CRASH_MS = 15_000;
const FROZEN_FOR_MS = 28_000;
/** A run of a poll timer ends after so long, where an ending waits for that. */
const SHORT_RUN = { POLL_RUN_SECONDS: '15' };

const all: readonly Ending[] = [
  {
    name: 'SIGTERM, not drained',
    boundMs: ORDERLY_MS,
    hasSecond: true,
    end: (host) => host.kill('SIGTERM'),
  },
  {
    name: 'SIGTERM, drained before',
    boundMs: ORDERLY_MS,
    first: { settings: SHORT_RUN },
    hasSecond: true,
    async end(host) {
      const headers = { 'x-functions-key': host.functionsKey };
      await axios.post(`${host.url}/admin/host/drain`, undefined, { headers, proxy: false });
      await wait(Number(SHORT_RUN.POLL_RUN_SECONDS) * 1000);
      await host.kill('SIGTERM');
    },
  },
  {
    name: 'SIGTERM, the worker gets the signal and no hook',
    boundMs: ORDERLY_MS,
    first: { args: ['--end-by-signal'] },
    hasSecond: true,
    end: (host) => host.kill('SIGTERM'),
  },
  {
    name: 'upgrade: a new instance, then SIGTERM to the old',
    boundMs: ORDERLY_MS,
    hasSecond: false,
    async end(host, world) {
      await world.startHost({ args: [] });
      await host.kill('SIGTERM');
    },
  },
  {
    name: 'kill -9, another beside it',
    boundMs: CRASH_MS,
    hasSecond: true,
    end: (host) => host.kill('SIGKILL'),
  },
  {
    name: 'kill -9, restarted after 1 s',
    boundMs: CRASH_MS,
    hasSecond: false,
    async end(host, world) {
      await host.kill('SIGKILL');
      await wait(1_000);
      await world.startHost({ args: [] });
    },
  },
  {
    name: 'the worker alone killed',
    boundMs: CRASH_MS,
    hasSecond: false,
    end: (host) => Promise.resolve(process.kill(host.workerPid(), 'SIGKILL')),
  },
  {
    name: 'the process frozen for 28 s',
    boundMs: CRASH_MS,
    hasSecond: true,
    async end(host) {
      process.kill(host.workerPid(), 'SIGSTOP');
      await wait(FROZEN_FOR_MS);
      process.kill(host.workerPid(), 'SIGCONT');
    },
  },
  {
    name: 'the timer never fires again',
    boundMs: CRASH_MS,
    first: { settings: { ...SHORT_RUN, POLL_SCHEDULE: '0 0 0 1 1 *' } },
    hasSecond: false,
    end: (host) => host.line(/slotsTakenByFallback/),
  },
];

/** How long nobody polls when the process that does comes to its end, with the locks and endings of Microsoft's host. */
export const endings: Scenario<'accounts' | 'only'> = {
  says:
    'A process that polls ends, in each way that Azure knows, while calls ring: every ring is published ' +
    'once, late by a few seconds at most.',
  options: {
    accounts: { default: 3, least: 1, says: 'on how many accounts calls ring' },
    only: { default: 0, least: 0, says: `only this one of the endings, 1 to ${all.length}; 0: all` },
  },
  async run({ accounts, only }, print) {
    const columns = (name: string, ...values: readonly (string | number)[]): void =>
      print(name.padEnd(50) + values.map((value) => String(value).padStart(10)).join(''));
    columns('', 'worst', 'bound', 'usual', 'rings', 'missing', 'surplus');
    let held = true;
    for (const ending of only === 0 ? all : all.slice(only - 1, only)) {
      const { worstMs, usualMs, rings, missing, surplus } = await runEnding(ending, accounts);
      held &&= worstMs <= ending.boundMs && missing.length === 0 && surplus.length === 0;
      columns(ending.name, ...[worstMs, ending.boundMs, usualMs].map(seconds), rings, missing.length, surplus.length);
    }
    return held;
  },
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
