import { runCrowd, type CrowdOutcome } from '../chaos/runCrowd';
import { mixOf, type Conduct } from '../support/subscriberCrowd';

/** `npm run chaos -- --webhooks` on a small scale, with the shares of the large one: in real time, as the processes are real. */
describe('a crowd of subscribers, half of which hang, fail, throttle, are gone, redirect or reset', () => {
  let outcome: CrowdOutcome;
  beforeAll(async () => {
    outcome = await runCrowd(
      {
        mix: mixOf(20),
        callsAlone: 1,
        calls: 20,
        callsPerMinute: 120,
        accounts: 3,
        ringSeconds: 120,
        longestCallSeconds: 2,
        drainSeconds: 3,
        seed: 1,
      },
      () => undefined,
    );
  }, 420_000);

  const of = (conduct: Conduct) => outcome.results.filter(({ member }) => member.conduct === conduct);

  it('hears every event where it is healthy, in order and with signatures that hold', () => {
    expect(of('healthy')).toHaveLength(10);
    expect(outcome.events).toBeGreaterThanOrEqual(2 * 20);
    expect({ missed: outcome.missed, misordered: outcome.misordered, unverified: outcome.unverified }).toEqual({
      missed: 0,
      misordered: 0,
      unverified: 0,
    });
    for (const { ends, attempts } of of('healthy'))
      expect({ ends, attempts }).toEqual({
        ends: { delivered: outcome.allEvents, expired: 0, superseded: 0, dead: 0, disabled: 0, pending: 0 },
        attempts: outcome.allEvents,
      });
  });

  it('is accounted for, each delivery of each subscriber, with its reason or its next time', () => {
    expect(outcome.problems).toEqual([]);
    for (const { addressed, ends } of outcome.results)
      expect(Object.values(ends).reduce((total, count) => total + count, 0)).toBe(addressed.size);
  });

  test.each<Conduct>(['hangs', 'fails', 'throttles', 'redirects', 'resets'])(
    'goes on being tried where it %s, and nothing is called delivered',
    (conduct) => {
      for (const { addressed, ends, attempts } of of(conduct)) {
        expect({ addressed: addressed.size, delivered: ends.delivered, disabled: ends.disabled }).toEqual({
          addressed: outcome.events,
          delivered: 0,
          disabled: 0,
        });
        expect(ends.pending).toBeGreaterThanOrEqual(1);
        expect(attempts).toBeGreaterThanOrEqual(1);
      }
    },
  );

  it('is left alone where it is gone', () => {
    for (const { addressed, ends } of of('gone')) {
      expect(ends).toMatchObject({ delivered: 0, dead: 0, pending: 0 });
      expect(ends.disabled).toBeGreaterThanOrEqual(1);
      expect(addressed.size).toBeLessThan(outcome.events);
    }
  });
});
