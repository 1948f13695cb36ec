import fc from 'fast-check';
import { operations, type Fault } from './simulatedProcess';

/** How a subscriber responds for some time; healthy otherwise. */
export const subscriberStates = ['failing', 'refusing', 'slow', 'hanging', 'throttling'] as const;
export const storageStates = ['slow', 'away', 'frozen', 'deaf'] as const;
export const changes = ['pause', 'resume', 'delete', 'noUpdates', 'endsOnly', 'everything', 'teams', 'flat'] as const;

/** Times are milliseconds from the beginning. */
export interface Interval<State> {
  readonly fromMs: number;
  readonly forMs: number;
  readonly state: State;
}

export interface PlannedCall {
  readonly startMs: number;
  /** Whether its channel told of its beginning so late that the event is marked. */
  readonly isLate: boolean;
  /** Before each `updated`; events without a gap are of one response. */
  readonly updateGapsMs: readonly number[];
  readonly endGapMs: number | undefined;
  readonly isMissed: boolean;
  /** After its start. */
  readonly commandMs: number | undefined;
  readonly hasGap: boolean;
}

export interface PlannedSubscriber {
  readonly format: 'cloudevents' | 'flat' | 'teams';
  readonly wants: 'invitations' | 'everything' | 'noUpdates' | 'endsOnly';
  readonly isSlowByRight: boolean;
  readonly maxPerMinute: number | undefined;
  readonly troubles: readonly Interval<(typeof subscriberStates)[number]>[];
}

export interface PlannedChange {
  readonly atMs: number;
  readonly subscriber: number;
  readonly change: (typeof changes)[number];
}

export interface Scenario {
  readonly seed: number;
  readonly subscribers: readonly PlannedSubscriber[];
  readonly calls: readonly PlannedCall[];
  readonly changes: readonly PlannedChange[];
  readonly faults: readonly Fault[];
  readonly storage: readonly Interval<(typeof storageStates)[number]>[];
}

/** All that is planned begins in this time. */
const HORIZON_MS = 40_000;
const FOREVER_MS = 30 * 24 * 3_600_000;

const often = <T>(arbitrary: fc.Arbitrary<T>, value: T) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 1, arbitrary });
const timeMs = fc.integer({ min: 0, max: HORIZON_MS });
const interval = <State>(states: readonly State[], ...durations: number[]) =>
  fc.record({
    fromMs: timeMs,
    forMs: fc.oneof(fc.integer({ min: 500, max: 30_000 }), ...durations.map((ms) => fc.constant(ms))),
    state: fc.constantFrom(...states),
  });

const call: fc.Arbitrary<PlannedCall> = fc.record({
  startMs: timeMs,
  isLate: often(fc.boolean(), false),
  updateGapsMs: fc.array(fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 8_000 })), {
    maxLength: 2,
  }),
  endGapMs: fc.option(fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12_000 })), {
    freq: 4,
    nil: undefined,
  }),
  isMissed: fc.boolean(),
  commandMs: fc.option(fc.integer({ min: 0, max: 6_000 }), { freq: 2, nil: undefined }),
  hasGap: often(fc.constant(true), false),
});

const subscriber: fc.Arbitrary<PlannedSubscriber> = fc.record({
  format: fc.constantFrom('cloudevents', 'flat', 'teams'),
  wants: fc.constantFrom('invitations', 'everything', 'noUpdates', 'endsOnly'),
  isSlowByRight: often(fc.boolean(), false),
  maxPerMinute: often(fc.constantFrom<number | undefined>(20, 120), undefined),
  troubles: fc.array(interval(subscriberStates, FOREVER_MS), { maxLength: 2 }),
});

const fault: fc.Arbitrary<Fault> = fc.record({
  process: fc.integer({ min: 0, max: 3 }),
  operation: fc.constantFrom(...operations),
  nth: fc.nat({ max: 6 }),
  when: fc.constantFrom('before', 'after'),
  kind: fc.constantFrom('crash', 'freeze', 'reject'),
  durationMs: fc.oneof(fc.integer({ min: 100, max: 15_000 }), fc.constant(60_000)),
});

/** A few calls close to each other, and everything that can go wrong. */
export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  subscribers: fc.array(subscriber, { minLength: 1, maxLength: 3 }),
  calls: fc.array(call, { minLength: 1, maxLength: 4 }),
  changes: fc.array(fc.record({ atMs: timeMs, subscriber: fc.nat({ max: 2 }), change: fc.constantFrom(...changes) }), {
    maxLength: 2,
  }),
  faults: fc.array(fault, { maxLength: 3 }),
  storage: fc.array(interval(storageStates), { maxLength: 2 }),
});

/** Late events, whose calls are read before they are sent, of processes that stand still for some seconds. */
export const freezeScenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  subscribers: fc.array(subscriber, { minLength: 1, maxLength: 2 }),
  calls: fc.array(
    call.map((planned): PlannedCall => ({ ...planned, isLate: true })),
    { minLength: 2, maxLength: 4 },
  ),
  changes: fc.constant([]),
  faults: fc.array(
    fc.record({
      process: fc.integer({ min: 0, max: 1 }),
      operation: fc.constantFrom('insertEvent', 'readEvents'),
      nth: fc.nat({ max: 2 }),
      when: fc.constant('after'),
      kind: fc.constant('freeze'),
      durationMs: fc.integer({ min: 1_500, max: 8_000 }),
    }),
    { minLength: 2, maxLength: 4 },
  ),
  storage: fc.constant([]),
});

/** One subscriber that fails so often that its circuit opens, and calls after it has recovered, if it does. */
export const circuitScenario: fc.Arbitrary<Scenario> = fc
  .record({
    seed: fc.nat(),
    wants: fc.constantFrom<PlannedSubscriber['wants'][]>('invitations', 'endsOnly'),
    state: fc.constantFrom<(typeof subscriberStates)[number][]>('failing', 'refusing', 'throttling'),
    recovers: fc.boolean(),
    spacingMs: fc.integer({ min: 100, max: 400 }),
    laterMs: fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ seed, wants, state, recovers, spacingMs, laterMs }) => {
    const planned = (startMs: number): PlannedCall => ({
      startMs,
      isLate: false,
      updateGapsMs: [],
      endGapMs: 50,
      isMissed: true,
      commandMs: undefined,
      hasGap: false,
    });
    const troubles = [{ fromMs: 0, forMs: recovers ? HORIZON_MS : FOREVER_MS, state }];
    const afterwardsMs = HORIZON_MS + 61_000;
    return {
      seed,
      subscribers: [{ format: 'flat', wants, isSlowByRight: false, maxPerMinute: undefined, troubles }],
      calls: [
        ...Array.from({ length: 50 }, (_, index) => planned(index * spacingMs)),
        ...laterMs.map((ms) => planned(afterwardsMs + ms)),
      ],
      changes: [],
      faults: [],
      storage: [],
    };
  });
