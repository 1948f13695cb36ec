import { createLiveFeed, type FeedAnswer, type LiveFeed } from '../../../../shared/http/stream/liveFeed';
import type { Position } from '../../../../shared/http/stream/position';
import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import { createFakeClock, settlePromises, type FakeClock } from '../../../support/fakeClock';
import { createMemoryFeed, type MemoryFeed } from '../../../support/memoryFeed';
import { createRecordingLog } from '../../../support/recordingLog';
import { sampleInvitationEvent } from '../../../support/sampleEvents';

let clock: FakeClock;
let feed: MemoryFeed;
beforeEach(() => {
  clock = createFakeClock(undefined, settlePromises);
  feed = createMemoryFeed();
});

const startProcess = (processName = 'one') => {
  const log = createRecordingLog();
  return Object.assign(createLiveFeed({ feed, processName, clock, log }), { log });
};
const ring = (number: number, recordedAtMs = clock.now()): RelayEvent => {
  const event = sampleInvitationEvent(number);
  feed.record(event, recordedAtMs);
  return event;
};
const all = (): boolean => true;
const idsOf = ({ entries }: FeedAnswer): readonly string[] => entries.map(({ entry }) => entry.event.id);
/** What a page asks with next. */
const after = ({ from, entries }: FeedAnswer): Position => entries.at(-1)?.position ?? from;

/** An answer that is given without any time going by. */
async function atOnce(asked: Promise<FeedAnswer>): Promise<FeedAnswer> {
  let given: FeedAnswer | undefined;
  void asked.then((answer) => (given = answer));
  await settlePromises();
  if (given === undefined) throw new Error('The request is held.');
  return given;
}

/** The answer, and how long it was held. */
async function held(asked: Promise<FeedAnswer>): Promise<FeedAnswer & { readonly heldMs: number }> {
  const startedMs = clock.monotonicMs();
  const answer = await clock.advanceUntil(asked, 100);
  return { ...answer, heldMs: clock.monotonicMs() - startedMs };
}

async function openPage(live: LiveFeed): Promise<Position> {
  return after(await atOnce(live.next(undefined, all)));
}

describe('a page without a position', () => {
  it('is answered at once with the last three minutes, the earliest first', async () => {
    ring(1, clock.now() - 200_000);
    ring(3, clock.now() - 1_000);
    ring(2, clock.now() - 170_000);
    const answer = await atOnce(startProcess().next(undefined, all));
    expect(idsOf(answer)).toEqual(['event-2', 'event-3']);
    expect(answer).toMatchObject({ isContinued: false, isReset: false, staleSinceMs: undefined });
  });
});

describe('a held request', () => {
  it('is answered within a second of what is new, and what comes while nobody asks comes with the next', async () => {
    const live = startProcess();
    const position = await openPage(live);
    const asked = live.next(position, all);
    await clock.advance(7_500);
    ring(1);
    const answer = await held(asked);
    expect(idsOf(answer)).toEqual(['event-1']);
    expect(answer.isContinued).toBe(true);
    expect(answer.heldMs).toBeLessThanOrEqual(1_000);
    ring(2);
    await clock.advance(1_500);
    expect(idsOf(await atOnce(live.next(after(answer), all)))).toEqual(['event-2']);
  });

  it('is answered after 20 s with nothing but a position', async () => {
    const live = startProcess();
    const answer = await held(live.next(await openPage(live), all));
    expect(answer).toMatchObject({ heldMs: 20_000, entries: [], isContinued: true, isReset: false });
  });

  it('is not woken by what the page may not see', async () => {
    const live = startProcess();
    const asked = live.next(await openPage(live), ({ event }) => event.id !== 'event-1');
    ring(1);
    expect(await held(asked)).toMatchObject({ heldMs: 20_000, entries: [] });
  });

  it('is answered at once when the process ends, and so is every later one', async () => {
    const live = startProcess();
    const position = await openPage(live);
    const asked = live.next(position, all);
    await clock.advance(3_000);
    live.close();
    expect(await atOnce(asked)).toMatchObject({ entries: [] });
    expect(await atOnce(live.next(position, all))).toMatchObject({ entries: [] });
    const reads = feed.reads();
    await clock.advance(10_000);
    expect(feed.reads()).toBe(reads);
  });

  it('shows a row once that is read for ten seconds, and a row that comes nine seconds late', async () => {
    const live = startProcess();
    const first = live.next(await openPage(live), all);
    ring(1);
    const shown = await held(first);
    await clock.advance(8_000);
    ring(2, clock.now() - 9_000);
    expect(idsOf(await held(live.next(after(shown), all)))).toEqual(['event-2']);
  });
});

describe('reading', () => {
  it('is once a second however many pages are open', async () => {
    const live = startProcess();
    const position = await openPage(live);
    const pages = Array.from({ length: 50 }, () => live.next(position, all));
    const before = feed.reads();
    await clock.advance(10_000);
    expect(feed.reads() - before).toBe(10);
    live.close();
    await Promise.all(pages);
  });

  it('ends five seconds after the last page has left, and begins again where it ended', async () => {
    const live = startProcess();
    const position = await openPage(live);
    await clock.advance(10_000);
    const reads = feed.reads();
    await clock.advance(60_000);
    expect(feed.reads()).toBe(reads);
    ring(1, clock.now() - 30_000);
    expect(idsOf(await atOnce(live.next(position, all)))).toEqual(['event-1']);
    expect(clock.sleepers()).toBeGreaterThan(0);
    await clock.advance(10_000);
    expect(clock.sleepers()).toBe(0);
  });
});

describe('a position', () => {
  it('of another process goes on with ten seconds that both may have read', async () => {
    const [one, other] = [startProcess('one'), startProcess('other')];
    await openPage(other);
    const asked = one.next(await openPage(one), all);
    ring(1);
    const position = after(await held(asked));
    const repeated = await held(other.next(position, all));
    expect(idsOf(repeated)).toEqual(['event-1']);
    expect(repeated).toMatchObject({ isContinued: false, isReset: false });
  });

  it('that alternates between two processes does not make the page ask without end', async () => {
    const processes = [startProcess('one'), startProcess('other')];
    let position: Position | undefined;
    const step = async (index: number): Promise<void> => {
      const live = processes[index % 2];
      if (live !== undefined) position = after(await clock.advanceUntil(live.next(position, all), 100));
    };
    await step(0);
    await step(1);
    ring(1);
    const startedMs = clock.monotonicMs();
    for (let index = 0; index < 20; index += 1) await step(index);
    expect(clock.monotonicMs() - startedMs).toBeGreaterThan(60_000);
  });

  it('of another process that is older than what was read here asks for a new beginning', async () => {
    const position = { processName: 'gone', count: 7, readUntilMs: clock.now() - 400_000 };
    ring(1, clock.now() - 60_000);
    const answer = await atOnce(startProcess().next(position, all));
    expect(answer).toMatchObject({ isReset: true, isContinued: false });
    expect(idsOf(answer)).toEqual(['event-1']);
  });

  it('that this process has never given out asks for a new beginning', async () => {
    const live = startProcess();
    const { count, ...position } = await openPage(live);
    expect(await atOnce(live.next({ ...position, count: count + 5 }, all))).toMatchObject({ isReset: true });
  });

  it('is out of reach ten minutes after the last page left, or 2,000 entries later', async () => {
    const live = startProcess();
    const position = await openPage(live);
    await clock.advance(620_000);
    expect(await atOnce(live.next(position, all))).toMatchObject({ isReset: true });
    const again = await openPage(live);
    for (let number = 0; number < 2_001; number += 1) ring(number);
    await clock.advance(1_000);
    expect(await atOnce(live.next(again, all))).toMatchObject({ isReset: true });
  });
});

describe.each(['refused', 'silent'] as const)('while storage is %s', (outage) => {
  it('a page is told since when, held requests too, and goes on where it left off when it is over', async () => {
    const live = startProcess();
    const position = await openPage(live);
    const asked = live.next(position, all);
    await clock.advance(2_500);
    feed.outage = outage;
    const sinceMs = clock.now();
    const answer = await held(asked);
    expect(answer).toMatchObject({ isContinued: true, isReset: false, entries: [] });
    expect(answer.heldMs).toBeLessThanOrEqual(7_000);
    expect((answer.staleSinceMs ?? 0) - sinceMs).toBeLessThanOrEqual(1_000);
    const again = live.next(after(answer), all);
    ring(1);
    feed.outage = undefined;
    const over = await held(again);
    expect(over).toMatchObject({ isContinued: true, staleSinceMs: undefined });
    expect(idsOf(over)).toEqual(['event-1']);
    expect(live.log.lines.map(({ event }) => event)).toEqual(['feedNotRead', 'feedReadAgain']);
  });

  it('the first page of a process is told at once', async () => {
    feed.outage = outage;
    const answer = await held(startProcess().next(undefined, all));
    expect(answer.staleSinceMs).toBeDefined();
    expect(answer.heldMs).toBeLessThanOrEqual(5_000);
  });
});
