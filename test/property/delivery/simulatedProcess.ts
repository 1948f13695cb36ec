import type { Clock } from '../../../shared/clock';
import { RelayError } from '../../../shared/errors/relayError';
import type { SeededRandom } from '../../support/seededRandom';
import type { VirtualTime } from './virtualTime';

/** What a process asks of the world outside; a fault befalls it at one of these. */
export const operations = [
  'readSubscriptions',
  'insertEvent',
  'indexEvent',
  'writeResults',
  'readEvents',
  'readEvent',
  'writeAttempt',
  'writeDelivery',
  'writeRecord',
  'reserve',
  'post',
  'send',
  'settle',
] as const;
export type Operation = (typeof operations)[number];

/** The `nth` time that the process does the operation (from 0): before it reaches the other side, or after, before its response is back. */
export interface Fault {
  readonly process: number;
  readonly operation: Operation;
  readonly nth: number;
  readonly when: 'before' | 'after';
  readonly kind: 'crash' | 'freeze' | 'reject';
  readonly durationMs: number;
}

export interface Journey {
  readonly thereMs: number;
  readonly backMs: number;
}

/** One incarnation of a process: nothing of it goes on after a crash, nothing goes on while it is frozen. */
export interface SimulatedProcess {
  readonly clock: Clock;
  isAlive(): boolean;
  isFrozen(): boolean;
  /** Moments (milliseconds since the epoch) at which it was frozen. */
  readonly freezes: readonly number[];
  /** Runs the action inside the process: not while it is frozen, never after its crash. Returns a function that cancels it. */
  later(atMs: number, action: () => void): () => void;
  /** Has `effect` happen outside, and brings back what it resolves to; a journey without an end is never answered. */
  request<T>(operation: Operation, journey: () => Journey, effect: () => T | Promise<T>): Promise<T>;
}

export interface ProcessPorts {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  /** Takes the fault that befalls this operation now, if one does. */
  readonly nextFault: (operation: Operation) => Fault | undefined;
  readonly onCrash: (downForMs: number) => void;
}

export function createProcess({ time, random, nextFault, onCrash }: ProcessPorts): SimulatedProcess {
  const freezes: number[] = [];
  let isAlive = true;
  let frozenUntilMs = 0;

  const later = (atMs: number, action: () => void): (() => void) => {
    let cancel = time.at(atMs, () => {
      if (!isAlive) return;
      if (time.now() < frozenUntilMs) cancel = later(frozenUntilMs, action);
      else action();
    });
    return () => cancel();
  };
  const befall = ({ kind, durationMs }: Fault): void => {
    if (!isAlive || kind === 'reject') return;
    if (kind === 'crash') {
      isAlive = false;
      onCrash(durationMs);
    } else {
      freezes.push(time.now());
      frozenUntilMs = Math.max(frozenUntilMs, time.now() + durationMs);
    }
  };
  const clock: Clock = {
    now: () => time.now(),
    monotonicMs: () => time.now(),
    sleep: (durationMs) =>
      new Promise((resolve) => {
        later(time.now() + durationMs, resolve);
      }),
    setTimer: (durationMs, ring) => later(time.now() + durationMs, ring),
  };

  return {
    clock,
    freezes,
    later,
    isAlive: () => isAlive,
    isFrozen: () => time.now() < frozenUntilMs,
    request: (operation, journey, effect) =>
      new Promise((resolve, reject) => {
        const fault = nextFault(operation);
        const answer = (backMs: number, settle: () => void): void => {
          if (backMs < Infinity) later(time.now() + backMs, settle);
        };
        if (fault?.kind === 'reject' && operation !== 'post') {
          const code = operation === 'send' || operation === 'settle' ? 'busUnavailable' : 'storageUnavailable';
          answer(random.between(1, 20), () => reject(new RelayError(code, 'It cannot be reached now.')));
          if (fault.when === 'before') return;
        }
        if (fault?.when === 'before') befall(fault);
        if (!isAlive) return;
        const { thereMs, backMs } = journey();
        time.at(Math.max(time.now(), frozenUntilMs) + thereMs, () => {
          void Promise.resolve()
            .then(effect)
            .then(
              (result) => answer(backMs, () => resolve(result)),
              (error: unknown) =>
                answer(backMs, () => reject(error instanceof Error ? error : new Error(String(error)))),
            );
          if (fault?.when === 'after') befall(fault);
        });
      }),
  };
}
