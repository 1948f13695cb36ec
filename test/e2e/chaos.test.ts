import { runKills } from '../chaos/runKills';

/** `npm run chaos` on a small scale: in real time, as the processes are real. */
test('hosts killed while calls ring, and the bus away meanwhile: ledger and topic agree', async () => {
  const outcome = await runKills(
    { kills: 3, calls: 60, accounts: 10, outageSeconds: 4, stretchSeconds: 6, seed: 1 },
    () => undefined,
  );

  expect({ missing: outcome.missing, surplus: outcome.surplus }).toEqual({ missing: [], surplus: [] });
  expect(outcome).toMatchObject({ kills: 3, calls: 60, outage: expect.anything() });
  expect(outcome.eventsEmitted).toBeGreaterThan(2 * 60);
  expect(outcome.delays).toHaveLength(outcome.eventsEmitted);
}, 300_000);
