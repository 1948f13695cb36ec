import type { FaultRequest } from '../../../infra/local/ucwa/faults/faultTable';
import { isUnreadable } from '../../../shared/invitations/resource';
import type { PackageItem } from '../../../shared/ucwa/session';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { startTestSession, type TestSession } from '../../support/ucwaSession';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';

/** What strikes at random: everything that the channel is to survive without help. */
const faults: readonly FaultRequest[] = [
  { kind: 'tokenExpired' },
  { kind: 'applicationDropped' },
  { kind: 'resync' },
  { kind: 'resume' },
  { kind: 'emptyWithoutNext' },
  { kind: 'linkOnly' },
  { kind: 'manyEvents', count: 30 },
  { kind: 'status', status: 429, retryAfterSeconds: 3 },
  { kind: 'status', status: 500, times: 3 },
  { kind: 'status', status: 502, body: 'html' },
  { kind: 'status', status: 403 },
  { kind: 'status', status: 410 },
  { kind: 'status', status: 503, on: 'token' },
  { kind: 'status', status: 503, on: 'applications' },
  { kind: 'resetBeforeBody', times: 2 },
  { kind: 'resetWithinBody' },
  { kind: 'resetAfterBody' },
  { kind: 'truncatedJson' },
  { kind: 'byteOrderMark' },
  { kind: 'doubledSlashes' },
  { kind: 'prefixedRels' },
  { kind: 'xml' },
];

/** Numbers that only look random (a linear congruential generator, Numerical Recipes' constants). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

let clock: FakeClock;
let ucwa: TestUcwa;

beforeEach(async () => {
  clock = createFakeClock();
  ucwa = await startTestUcwa({ clock });
});
afterEach(() => ucwa.close());

test.each([1, 2])(
  'forty minutes of faults, calls and deaths at random (%i): nothing lost, each event once, in order',
  async (seed) => {
    const random = seeded(seed);
    const oneOf = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
    /** Each event by the key that makes its id, as the bus would keep it: once. */
    const kept = new Map<string, string>();
    let again = 0;
    const keep = (item: PackageItem): void => {
      item.package.senders
        .flatMap(({ events }) => events)
        .forEach((part, position) => {
          if (isUnreadable(part) || !part.link.rel.endsWith('Invitation')) return;
          const key = `${item.applicationId} ${item.ack} ${position}`;
          const event = `${part.type} ${part.link.href.replace(/^\/+/, '/')}`;
          if (kept.has(key)) again += 1;
          expect(kept.get(key) ?? event).toBe(event);
          kept.set(key, event);
        });
    };

    let process = live();
    const until = clock.now() + 2_400_000;
    while (clock.now() < until) {
      if (random() < 0.5) ucwa.fault(oneOf(faults) ?? { kind: 'resync' });
      if (random() < 0.7) tryToRing();
      await clock.advance(random() * 40_000);
      if (random() < 0.2) {
        tryToRing();
        await clock.advance(random() * 500); // Amid the call's first package, as often as not.
        await process.die();
        process = live();
      }
    }
    await ucwa.http.delete('/sim/faults');
    await clock.advance(900_000);
    await process.die();

    const emitted = ucwa
      .invitationEvents()
      .filter(({ forgotten }) => forgotten !== true)
      .map(({ type, href }) => `${type} ${href}`);
    expect(emitted.length).toBeGreaterThan(80);
    expect(again).toBeGreaterThan(0);
    // What was read and then forgotten by the server is kept too: it was told, which is more than it had to be.
    const remembered = new Set(emitted);
    expect([...kept.values()].filter((event) => remembered.has(event))).toEqual(emitted);

    /** A process that keeps each package before it acknowledges it, or dies in between. */
    function live(): { die(): Promise<void> } {
      const test: TestSession = startTestSession(ucwa.url, { clock, random });
      const stop = new AbortController();
      const ended = (async () => {
        for await (const item of test.session.packages(stop.signal)) {
          if (item.type === 'package') keep(item);
          await clock.sleep(random() * 400, stop.signal);
          if (stop.signal.aborted) return;
        }
      })();
      return {
        async die() {
          stop.abort();
          await ended;
          await test.close();
        },
      };
    }

    function tryToRing(): void {
      try {
        ucwa.ring({ scenario: oneOf(['answered', 'declined', 'missed', 'cancelled']) ?? 'missed' });
      } catch {
        // Nobody is signed in at this moment, so nobody is rung.
      }
    }
  },
);
