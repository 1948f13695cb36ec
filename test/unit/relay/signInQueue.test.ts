import { setMaxListeners } from 'node:events';
import { createSignInQueue, type SignInRank } from '../../../shared/relay/signInQueue';
import { createFakeClock } from '../../support/fakeClock';

const never = new AbortController().signal;
setMaxListeners(0, never);

function recordTurns(perSecond: number) {
  const clock = createFakeClock();
  const queue = createSignInQueue(perSecond, clock);
  const turns: { readonly name: string; readonly atMs: number }[] = [];
  return {
    clock,
    turns,
    enter: (name: string, rank: SignInRank, signal = never): void => {
      void queue.wait(rank, signal).then(() => turns.push({ name, atMs: clock.monotonicMs() }));
    },
  };
}

test('a thousand accounts sign in evenly, twenty each second, the first at once', async () => {
  const { clock, turns, enter } = recordTurns(20);
  for (let index = 0; index < 1_000; index += 1) enter(String(index), 'other');
  await clock.advance(0);
  expect(turns).toHaveLength(1);
  await clock.advance(60_000);
  expect(turns).toHaveLength(1_000);
  expect(turns.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 1_000 }, (_, index) => index * 50));
});

test('a process that was busy for ten seconds makes up for a tenth of a second', async () => {
  const { clock, turns, enter } = recordTurns(20);
  for (let index = 0; index < 1_000; index += 1) enter(String(index), 'other');
  await clock.advance(0);
  await clock.stall(10_000);
  await clock.advance(0);
  expect(turns.map(({ atMs }) => atMs)).toEqual([0, 10_000, 10_000, 10_000]);
  await clock.advance(1_000);
  expect(turns).toHaveLength(24);
});

test('what was changed goes first, then what was connected before, each in the order in which it came', async () => {
  const { clock, turns, enter } = recordTurns(10);
  enter('first of all', 'other');
  enter('new', 'other');
  enter('before', 'wasConnected');
  enter('before too', 'wasConnected');
  await clock.advance(50);
  enter('changed', 'changed');
  await clock.advance(1_000);
  expect(turns.map(({ name }) => name)).toEqual(['first of all', 'changed', 'before', 'before too', 'new']);
});

test('an account that is not to sign in any more takes nobody’s turn', async () => {
  const { clock, turns, enter } = recordTurns(1);
  const gone = new AbortController();
  enter('one', 'other');
  enter('gone', 'other', gone.signal);
  enter('two', 'other');
  await clock.advance(0);
  gone.abort();
  await clock.advance(1_000);
  expect(turns).toEqual([
    { name: 'one', atMs: 0 },
    { name: 'gone', atMs: 0 },
    { name: 'two', atMs: 1_000 },
  ]);
  await clock.advance(60_000);
  enter('later', 'other');
  await clock.advance(0);
  expect(turns.at(-1)).toEqual({ name: 'later', atMs: 61_000 });
  expect(clock.sleepers()).toBe(0);
});
