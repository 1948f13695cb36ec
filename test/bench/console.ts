import { randomUUID } from 'node:crypto';
import { createTables } from '../../shared/storage/tables';
import { createCallRecords } from '../../shared/storage/calls/createCallRecords';
import { sampleInvitationEvent } from '../support/sampleEvents';
import { startReadyHost } from '../support/functionsHost';
import { projectFolder } from '../../infra/local/start/projectFolder';
import { percentile, sharedNowMs, type Bench, type Measurement } from './harness';
import { openPages } from './openPages';
import { processCpuMs } from './processCpu';
import { relaySettings, startWorld, usernamesOf } from './world';

/** Pages of the console that are open, over real HTTP: what they cost the relay, and when they are shown what happened. */
export const consolePages: Bench = {
  name: 'console',
  says: '500 open pages: CPU of the process that runs the relay while nothing happens, and from a row written to an event received',
  notes: [
    'A page asks GET /stream again as soon as it is answered.',
    'Each row is written as deliverEvent writes it; the time runs until one of the pages has its event.',
  ],
  async run({ quick, progress }) {
    const [pageCount, idleSeconds, rows] = quick ? [20, 3, 5] : [500, 45, 100];
    const world = await startWorld();
    const host = await startReadyHost({
      appDirectory: projectFolder,
      // Nothing polls: what is measured is the pages.
      settings: {
        ...relaySettings(world, usernamesOf('user', 1)),
        POLL_FALLBACK: 'false',
        'AzureWebJobs.pollEventChannel0.Disabled': 'true',
      },
      args: ['--quiet'],
    });
    const pages = openPages(pageCount, `${host.url}/api/stream`, host.functionsKey);
    try {
      await pages.allHeld();
      progress(`${String(pageCount)} pages are open`);
      const idleShare = await shareOfOneCore(host.workerPid(), idleSeconds);
      progress(`${String(idleSeconds)} s without a change`);
      const tables = createTables({ connectionString: world.storageConnection }, () => {
        throw new Error('A connection string needs no credential.');
      });
      const records = createCallRecords(tables);
      const times: number[] = [];
      for (let row = 0; row < rows + WARM_UP_ROWS; row += 1) {
        const id = randomUUID();
        const nowMs = Date.now();
        // Rows come at any time between two reads.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_000));
        const event = {
          ...sampleInvitationEvent(row, { id, subject: `AQA-${id}`, timeMs: nowMs, expiryTimeMs: nowMs + 30_000 }),
        };
        const received = pages.received(id);
        const startedMs = sharedNowMs();
        await records.indexEvent({ event, recordedAtMs: Date.now() });
        await received;
        if (row >= WARM_UP_ROWS) times.push(sharedNowMs() - startedMs);
      }
      progress(`${String(rows)} rows`);
      return [
        { figure: 'idle pages: share of one core', value: idleShare * 100, unit: '%', atMost: 5 },
        { figure: 'row to event: p50', value: percentile(times, 0.5), unit: 'ms' },
        { figure: 'row to event: p95', value: percentile(times, 0.95), unit: 'ms', atMost: 1_200 },
      ] satisfies Measurement[];
    } finally {
      pages.close();
      await host.close();
      await world.close();
    }
  },
};

const WARM_UP_ROWS = 3;

async function shareOfOneCore(pid: number, seconds: number): Promise<number> {
  const [startedMs, cpuMs] = [sharedNowMs(), processCpuMs(pid)];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  return (processCpuMs(pid) - cpuMs) / (sharedNowMs() - startedMs);
}
