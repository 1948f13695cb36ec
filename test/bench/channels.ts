import { setTimeout as wait } from 'node:timers/promises';
import { startStorage } from '../../infra/local/storage/startStorage';
import type { Usage } from './child';
import { startCountingProxy } from './countingProxy';
import { benchEncryptionKey, putAccounts } from './accountTable';
import { percentile, type Bench, type Measurement } from './harness';
import { alternate } from './latency';
import { consumeTopic } from './topicConsumer';
import { startWorld, usernamesOf } from './world';

/**
 * A pool holds an idle poll for 180 s: UCWA's default, and the shortest it knows. So long is the look at how busy the most
 * channels are: every one of them polls once in it.
 */
const POLL_SECONDS = 180;
const FEWER_SECONDS = 30;

/**
 * The heap that the bound leaves. A pending poll outlives V8's young generation, so that every poll becomes garbage of
 * the old one; V8 lets that grow to a multiple of what lives before it collects, the more so the more memory the machine has
 * (1.1 GB were seen here). Who wants a small process says so, in Azure by `languageWorkers__node__arguments`. Half the
 * young generation (`--max-semi-space-size=8`) would save another 16 MB, for some 9 % more processor time.
 */
const HEAP_LIMIT = '--max-old-space-size=512';

interface Idle {
  readonly channels: number;
  readonly signInSeconds: number;
  readonly signInCpuMs: number;
  readonly after: Usage;
  /** Of one processor core, while idle. */
  readonly corePercent: number;
  readonly tableOperationsPerMinute: number;
  readonly ringMs: readonly number[];
  /** Of one account in another process, in between. */
  readonly ringOfOneMs: readonly number[];
}

export const channels: Bench = {
  name: 'channels',
  says: 'idle channels in one process, their accounts in the table, with everything that keeps them alive: 1,000, 3,000 and 10,000',
  async run({ quick, progress }) {
    const sizes = quick ? [10, 30, 100] : [1_000, 3_000, 10_000];
    const all: Idle[] = [];
    for (const size of sizes) {
      const idle = await measureIdle(
        size,
        quick ? 4 : size === 10_000 ? POLL_SECONDS : FEWER_SECONDS,
        quick ? 20 : 300,
      );
      all.push(idle);
      progress(
        `${size} channels, signed in within ${idle.signInSeconds.toFixed(1)} s; ` +
          `${(idle.after.residentBytes / 1e6).toFixed(0)} MB, ${idle.corePercent.toFixed(1)} % of a core`,
      );
    }
    return [...all.flatMap(toMeasurements), ...toComparisons(all)];
  },
};

async function measureIdle(size: number, idleSeconds: number, rings: number): Promise<Idle> {
  const world = await startWorld();
  const proxy = await startCountingProxy(world.storageConnection);
  const loneStorage = await startStorage({ ports: { blob: 0, queue: 0, table: 0 } });
  const consumer = consumeTopic(world.bus.connectionString);
  try {
    const lone = usernamesOf('lone', 1);
    // With leases of its own: a process owns whole slots.
    await world.startRelay(lone, { settings: { AzureWebJobsStorage: (await loneStorage.ready).connectionString } });
    const usernames = usernamesOf('user', size);
    await putAccounts(world.storageConnection, usernames);
    const startedMs = performance.now();
    const relay = await world.startRelay(usernames, {
      execArgv: ['--expose-gc', HEAP_LIMIT],
      settings: {
        AzureWebJobsStorage: proxy.connection,
        UCWA_ACCOUNTS: '',
        RELAY_ENCRYPTION_KEY: benchEncryptionKey,
        // About as fast as this machine can.
        SIGN_INS_PER_SECOND: '100',
      },
    });
    const signInSeconds = (performance.now() - startedMs) / 1000;
    const { cpuMs: signInCpuMs } = await relay.call('usage');

    const from = { ...(await relay.call('usage')), operations: proxy.count };
    await wait(idleSeconds * 1000);
    const operations = proxy.count - from.operations;
    const { cpuMs } = await relay.call('cpu');
    const after = await relay.call('usage');

    await alternate(world, consumer, lone, usernames, Math.ceil(rings / 10)); // warms both up
    const times = await alternate(world, consumer, lone, usernames, rings);
    await relay.stop();
    return {
      channels: size,
      signInSeconds,
      signInCpuMs,
      after,
      corePercent: (cpuMs - from.cpuMs) / idleSeconds / 10,
      tableOperationsPerMinute: (60 * operations) / idleSeconds,
      ringMs: times.relay,
      ringOfOneMs: times.floor,
    };
  } finally {
    await consumer.close();
    await world.close();
    await Promise.all([proxy.close(), loneStorage.kill()]);
  }
}

/**
 * What each channel more adds to what the garbage collector cannot take away, in KB. What a process has anyway, and
 * code once it is warm, cancel out.
 */
const heapSlope = (fewer: Idle, more: Idle): number =>
  (more.after.heapBytes - fewer.after.heapBytes) / (more.channels - fewer.channels) / 1000;

function toMeasurements(idle: Idle): Measurement[] {
  const isLargest = idle.channels === 10_000;
  const name = `${idle.channels} channels`;
  return [
    { figure: `${name}: signed in within`, value: idle.signInSeconds, unit: 's' },
    {
      figure: `${name}: resident`,
      value: idle.after.residentBytes / 1e6,
      unit: 'MB',
      ...(isLargest ? { atMost: 520 } : {}),
    },
    { figure: `${name}: living heap`, value: idle.after.heapBytes / 1e6, unit: 'MB' },
    ...(isLargest
      ? [{ figure: `${name}: of one core, idle`, value: idle.corePercent, unit: '%' as const, atMost: 11 }]
      : []),
    { figure: `${name}: table operations`, value: idle.tableOperationsPerMinute, unit: '/min' },
    { figure: `${name}: ring to bus p50`, value: percentile(idle.ringMs, 0.5), unit: 'ms' },
    { figure: `${name}: of one account, meanwhile`, value: percentile(idle.ringOfOneMs, 0.5), unit: 'ms' },
    {
      figure: `${name}: ring over that of one account`,
      value: percentile(idle.ringMs, 0.5) / percentile(idle.ringOfOneMs, 0.5),
      unit: '',
      ...(isLargest ? { atMost: 3 } : {}),
    },
  ];
}

function toComparisons(all: readonly Idle[]): Measurement[] {
  const [least, middle, most] = all;
  if (least === undefined || middle === undefined || most === undefined) return [];
  const growth = most.channels / least.channels;
  const [early, late] = [heapSlope(least, middle), heapSlope(middle, most)];
  return [
    { figure: `heap for each from ${least.channels} to ${middle.channels}`, value: early, unit: 'KB' },
    { figure: `heap for each from ${middle.channels} to ${most.channels}`, value: late, unit: 'KB' },
    { figure: 'heap for each, the latter over the former', value: late / early, unit: '', atLeast: 0.85, atMost: 1.15 },
    {
      figure: 'table operations, most over least channels',
      value: most.tableOperationsPerMinute / least.tableOperationsPerMinute,
      unit: '',
      atMost: 1.2,
    },
    {
      figure: 'processor time to sign in, growth over that of channels',
      value: most.signInCpuMs / least.signInCpuMs / growth,
      unit: '',
      atMost: 1.2,
    },
  ];
}
