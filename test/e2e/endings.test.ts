import { createSlotLeases } from '../../shared/storage/slotLeases';
import { createTables } from '../../shared/storage/tables';
import { startTestRelay, type TestRelay } from '../support/relay';

let relay: TestRelay;
beforeAll(async () => (relay = await startTestRelay()));
afterAll(() => relay.close());

/** The owners of the slots as the storage has them. */
async function owners(): Promise<readonly string[]> {
  const tables = createTables({ connectionString: relay.storage.connectionString }, () => {
    throw new Error('a connection string needs no credential');
  });
  return (await createSlotLeases(tables).read()).map(({ owner }) => owner);
}

describe('a process that ends in order', () => {
  test.each([
    ['by the hook of the platform', []],
    ['by a signal alone', ['--end-by-signal']],
  ])('gives its slots back, %s', async (_title, args) => {
    await relay.host().close();
    const host = await relay.startHost({}, args);
    await relay.connected();
    expect(await owners()).toEqual([expect.stringMatching(/./)]);
    expect(await host.close()).toEqual({ code: 0, signal: null });
    expect(await owners()).toEqual(['']);
    expect(host.lines.filter((line) => /is killed/.test(line))).toEqual([]);
  });

  it('without a timer is followed by the fallback of another, which hands over to the next run', async () => {
    const noTimer = { 'AzureWebJobs.pollEventChannel0.Disabled': 'true' };
    const fallback = await relay.startHost(noTimer);
    await fallback.line(/slotsTakenByFallback/);
    await relay.connected();
    relay.ucwa.ring({ subject: 'to the fallback' });
    await relay.topic.invitationEvent({ event: 'started', subject: 'to the fallback' });

    const withTimer = await relay.startHost();
    await withTimer.line(/ucwaConnected/);
    expect((await owners())[0]).not.toMatch(/^fallback:/);
    relay.ucwa.ring({ subject: 'to the run' });
    await relay.topic.invitationEvent({ event: 'started', subject: 'to the run' });
    await Promise.all([fallback.close(), withTimer.close()]);
  });
});

describe('a line of the log', () => {
  it('has its own level in the host’s log, inside of an invocation and outside', async () => {
    const host = await relay.startHost({
      OTEL_TRACES_EXPORTER: 'none such',
      AzureFunctionsJobHost__logging__logLevel__default: 'Debug',
    });
    expect(await host.line(/telemetryExporterUnknown/)).toMatch(
      /^warning: \{"event":"telemetryExporterUnknown","level":"warn",/,
    );
    expect(await host.line(/ucwaConnected/)).toMatch(/^\[pollEventChannel0\] \{.*"level":"info"/);
    await host.close();
  });
});
