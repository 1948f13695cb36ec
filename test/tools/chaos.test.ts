import { runKills } from '../chaos/runKills';

/** `npm run chaos` on a small scale: in real time, as the processes are real. */
test('hosts killed while calls ring, and the bus away meanwhile: ledger and topic agree', async () => {
  const outcome = await runKills(
    { kills: 2, calls: 40, accounts: 10, outageSeconds: 3, stretchSeconds: 5, seed: 1 },
    () => undefined,
  );

  expect({ missing: outcome.missing, surplus: outcome.surplus }).toEqual({ missing: [], surplus: [] });
  expect(outcome).toMatchObject({ kills: 2, calls: 40, outage: expect.anything() });
  expect(outcome.eventsEmitted).toBeGreaterThan(2 * 40);
  expect(outcome.delays).toHaveLength(outcome.eventsEmitted);
}, 300_000);
