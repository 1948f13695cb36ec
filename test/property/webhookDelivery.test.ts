import fc from 'fast-check';
import { runScenario, type PlantedMistake } from './delivery/deliveryWorld';
import { violationsOf, type InvariantName } from './delivery/invariants';
import { plantedMistakes } from './delivery/plantedMistakes';
import { anyScenario, circuitScenario, freezeScenario } from './delivery/scenario';

/**
 * The engine of `deliverEvent` and `retryDelivery`, two processes each that share nothing but storage, bus and network, in
 * time that the test owns. A failure prints `seed` and `path`: give both to fc.assert to see it again.
 */
describe('webhook delivery holds its invariants', () => {
  it.each([
    { title: 'whatever happens', scenario: anyScenario, numRuns: 500 },
    { title: 'when processes stand still', scenario: freezeScenario, numRuns: 300 },
    { title: 'around an open circuit', scenario: circuitScenario, numRuns: 10 },
  ])('$title', async ({ scenario, numRuns }) => {
    const property = fc.asyncProperty(scenario, async (planned) => {
      expect(violationsOf(await runScenario(planned))).toEqual({});
    });
    await fc.assert(property, { numRuns });
  });
});

const replaced: InvariantName = 'no attempt begins with a snapshot that was replaced too long before';
const skipped: InvariantName = 'a prompt event is sent to a healthy subscriber';
const missing: InvariantName = 'every event has an outcome with every subscriber';
const unjustified: InvariantName = 'nothing is superseded or expired without a newer event';
const lost: InvariantName = 'every result is on record';
const steps: InvariantName = 'a delivery takes no more steps than its schedule has';

describe('the invariants find a planted mistake', () => {
  it.each<[keyof typeof plantedMistakes, InvariantName, typeof anyScenario]>([
    ['a retry without its read', replaced, anyScenario],
    ['a read before the insert', replaced, freezeScenario],
    ['an old read used after a freeze', replaced, freezeScenario],
    ['a prompt started superseded', skipped, anyScenario],
    ['superseded by a settled command', unjustified, anyScenario],
    ['superseded by updated for Teams', unjustified, anyScenario],
    ['a move with the same messageId', missing, anyScenario],
    ['the messages not sent again on a redelivery', missing, anyScenario],
    ['no probe in deliverEvent', skipped, circuitScenario],
    ['a move that uses up no step', steps, circuitScenario],
    ['results lost while storage is away', lost, anyScenario],
  ])('%s', async (name, invariant, scenario) => {
    expect(await runsUntilFound(scenario, plantedMistakes[name], invariant)).toBeLessThanOrEqual(MAX_RUNS);
  });
});

const MAX_RUNS = 300;

/**
 * In how many runs the mistake contradicts the invariant for the first time; Infinity if in none. The seed is fixed:
 * the same each time.
 */
async function runsUntilFound(
  scenario: typeof anyScenario,
  mistake: PlantedMistake,
  invariant: InvariantName,
): Promise<number> {
  let runs = 0;
  const property = fc.asyncProperty(scenario, async (planned) => {
    runs += 1;
    return violationsOf(await runScenario(planned, mistake))[invariant] === undefined;
  });
  const { failed } = await fc.check(property, { numRuns: MAX_RUNS, seed: 1, endOnFailure: true });
  return failed ? runs : Infinity;
}
