import { metrics, type BatchObservableCallback, type MeterProvider } from '@opentelemetry/api';

/** What is said of one event channel that this process holds. */
export interface ChannelAttributes {
  /** As `/health` names it. */
  readonly state: string;
  /** Since its last poll was answered; since it was opened, before the first. */
  readonly pollAgeMs: number;
}

/** Every event that the bus has accepted. */
export function countEvent(type: string): void {
  instruments().events.add(1, { type });
}

/** From the package's arrival to the bus's acceptance. */
export function recordRingToBus(durationMs: number, type: string): void {
  instruments().ringToBus.record(durationMs, { type });
}

/** From the package's arrival to the subscriber's response, for deliveries that nobody asked for again. */
export function recordRingToDelivery(durationMs: number, type: string): void {
  instruments().ringToDelivery.record(durationMs, { type });
}

/** What an attempt to deliver came to, or why none was made, by outcome and subscription. */
export function countDelivery(outcome: string, subscriptionId: string): void {
  instruments().deliveries.add(1, { outcome, 'relay.subscription': subscriptionId });
}

/** A record of a call that storage refused for good. */
export function countRefusedRecord(): void {
  instruments().refusedRecords.add(1);
}

/** @param result `sent`, or the error's code. */
export function countCommand(command: string, result: string): void {
  instruments().commands.add(1, { command, result });
}

/** What the relay itself has set aside for a person. What the bus dead-letters is the bus's own metric. */
export function countDeadLetters(count: number, queue: string): void {
  if (count > 0) instruments().deadLetters.add(count, { queue });
}

const watched = new Set<() => readonly ChannelAttributes[]>();

/** Has the channels looked at whenever metrics are collected, until the function that it returns is called. */
export function observeChannels(read: () => readonly ChannelAttributes[]): () => void {
  instruments();
  watched.add(read);
  return () => watched.delete(read);
}

type Instruments = ReturnType<typeof createInstruments>;
let made: { readonly provider: MeterProvider; readonly instruments: Instruments } | undefined;

/**
 * Unlike a tracer, a meter that was asked for before there was an SDK stays without effect; so they are made for the
 * provider that is there.
 */
function instruments(): Instruments {
  const provider = metrics.getMeterProvider();
  if (made?.provider !== provider) made = { provider, instruments: createInstruments(provider) };
  return made.instruments;
}

/** A call rings for half a minute; up to a second is what the product aims at. */
const BOUNDARIES_MS = [5, 10, 25, 50, 75, 100, 150, 250, 500, 750, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];

function createInstruments(provider: MeterProvider) {
  const meter = provider.getMeter('ucwa-relay');
  const inMs = (description: string) => ({
    unit: 'ms',
    description,
    advice: { explicitBucketBoundaries: BOUNDARIES_MS },
  });

  const channels = meter.createObservableGauge('relay.channels', {
    description: 'Event channels that this process holds, by state',
  });
  const pollAge = meter.createObservableGauge('relay.poll_age', {
    unit: 'ms',
    description: 'Since the last answered poll, of the channel that has waited longest',
  });
  // A gauge keeps the last value of what is not observed again: a state that was left, and an age when nothing is
  // held any more, must become 0.
  const byState = new Map<string, number>();
  const observe: BatchObservableCallback = (observed) => {
    const all = [...watched].flatMap((read) => read());
    for (const state of byState.keys()) byState.set(state, 0);
    for (const { state } of all) byState.set(state, (byState.get(state) ?? 0) + 1);
    for (const [state, count] of byState) observed.observe(channels, count, { state });
    observed.observe(pollAge, Math.max(0, ...all.map(({ pollAgeMs }) => pollAgeMs)));
  };
  meter.addBatchObservableCallback(observe, [channels, pollAge]);

  return {
    events: meter.createCounter('relay.events', { description: 'Events that the bus has accepted, by type' }),
    ringToBus: meter.createHistogram(
      'relay.ring_to_bus',
      inMs('From the arrival of a package to the acceptance of its events by the bus'),
    ),
    ringToDelivery: meter.createHistogram(
      'relay.ring_to_delivery',
      inMs('From the arrival of a package to the response of a subscriber'),
    ),
    deliveries: meter.createCounter('relay.deliveries', {
      description: 'Attempts to deliver to webhook subscribers, by outcome and subscription',
    }),
    refusedRecords: meter.createCounter('relay.refused_records', {
      description: 'Records of calls that storage refused for good',
    }),
    commands: meter.createCounter('relay.commands', { description: 'Commands, by result' }),
    deadLetters: meter.createCounter('relay.dead_letters', { description: 'What the relay has set aside, by queue' }),
  };
}
