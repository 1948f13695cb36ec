import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  countDeadLetters,
  countEvent,
  observeChannels,
  recordRingToBus,
  type ChannelAttributes,
} from '../../../shared/telemetry/metrics';

let exporter: InMemoryMetricExporter;
let provider: MeterProvider;

function listen(): void {
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  metrics.setGlobalMeterProvider(provider);
}
afterEach(async () => {
  await provider.shutdown();
  metrics.disable();
});

/** What was collected last, as `[attributes, value]` by the metric's name. */
async function collected(): Promise<Record<string, unknown>> {
  await provider.forceFlush();
  const all =
    exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  return Object.fromEntries(
    all.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ attributes, value }) => [attributes, value]),
    ]),
  );
}

it('counts from the moment at which somebody listens', async () => {
  countEvent('before');
  listen();
  countEvent('ucwa.channel.gap');
  countEvent('ucwa.channel.gap');
  countDeadLetters(0, 'unreadable-events');
  countDeadLetters(3, 'unreadable-events');
  recordRingToBus(40, 'ucwa.audioVideoInvitation.started');
  expect(await collected()).toMatchObject({
    'relay.events': [[{ type: 'ucwa.channel.gap' }, 2]],
    'relay.dead_letters': [[{ queue: 'unreadable-events' }, 3]],
    'relay.ring_to_bus': [
      [{ type: 'ucwa.audioVideoInvitation.started' }, expect.objectContaining({ count: 1, sum: 40 })],
    ],
  });
});

it('shows the channels of all shards that this process holds, and none that it has left', async () => {
  listen();
  const channel = (state: string, pollAgeMs: number): ChannelAttributes => ({ state, pollAgeMs });
  const stopFirst = observeChannels(() => [channel('connected', 1_000), channel('connected', 90_000)]);
  const stopSecond = observeChannels(() => [channel('connected', 20), channel('signingIn', 10)]);
  expect(await collected()).toMatchObject({
    'relay.channels': [
      [{ state: 'connected' }, 3],
      [{ state: 'signingIn' }, 1],
    ],
    'relay.poll_age': [[{}, 90_000]],
  });
  stopFirst();
  expect(await collected()).toMatchObject({
    'relay.channels': [
      [{ state: 'connected' }, 1],
      [{ state: 'signingIn' }, 1],
    ],
    'relay.poll_age': [[{}, 20]],
  });
  stopSecond();
  expect(await collected()).toMatchObject({
    'relay.channels': [
      [{ state: 'connected' }, 0],
      [{ state: 'signingIn' }, 0],
    ],
    'relay.poll_age': [[{}, 0]],
  });
});
