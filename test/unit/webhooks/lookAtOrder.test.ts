import { RelayError } from '../../../shared/errors/relayError';
import type { DeliveryMessage } from '../../../shared/webhooks/deliveryMessage';
import { firstMessage, toDeliveredEvent } from '../../../shared/webhooks/fanOut';
import { createLookAtOrder } from '../../../shared/webhooks/lookAtOrder';
import type { OrderRow } from '../../../shared/webhooks/orderRule';
import { createFakeClock } from '../../support/fakeClock';
import { callEvent } from '../../support/webhookEvents';

const row = (event: ReturnType<typeof callEvent>, changes: Partial<OrderRow> = {}): OrderRow => {
  const { id: eventId, ...rest } = toDeliveredEvent(event);
  return { eventId, ...rest, round: 0, state: 'pending', attempt: 0, ...changes };
};
const [started, updated, completed] = [callEvent('started'), callEvent('updated'), callEvent('completed')];
const settled = { state: 'settled', attempt: 1 } as const;
const message = (id: string, changes: Partial<DeliveryMessage> = {}, event = updated) => ({
  ...firstMessage(event, { id }, { contentType: 'application/json', body: '{}' }),
  ...changes,
});

/** Looks at rows that the test changes, and counts the looks. */
function looking(
  rowsOf: (subscriptionId: string) => readonly OrderRow[] = () => [row(started, settled), row(updated)],
) {
  const clock = createFakeClock();
  const world = { rowsOf, reads: 0, begun: 0, hastened: 0, fails: false };
  const look = createLookAtOrder({
    clock,
    journal: {
      read() {
        world.reads += 1;
        // What is noted later is not seen by this read.
        const { rowsOf: seen } = world;
        return world.fails
          ? Promise.reject(new RelayError('storageUnavailable', 'The order does not answer.'))
          : Promise.resolve(seen);
      },
      hasten: () => void (world.hastened += 1),
      begin: () => Promise.resolve(void (world.begun += 1)),
    },
  });
  const at = (one: DeliveryMessage, isNew = true, before?: Promise<void>) => look(one, { isNew, before });
  return { clock, world, at };
}

test('the first attempts of an event share a look for a quarter of a second', async () => {
  const { clock, world, at } = looking();
  expect(await at(message('a'))).toEqual({ rule: 'go' });
  await clock.advance(250);
  expect([await at(message('b')), await at(message('c')), world.reads]).toEqual([{ rule: 'go' }, { rule: 'go' }, 1]);
  await clock.advance(1);
  expect([await at(message('d')), world.reads]).toEqual([{ rule: 'go' }, 2]);
});

test('those who come while the look is under way share it too', async () => {
  const { world, at } = looking();
  expect(await Promise.all(['a', 'b', 'c'].map((id) => at(message(id))))).toEqual([
    { rule: 'go' },
    { rule: 'go' },
    { rule: 'go' },
  ]);
  expect(world.reads).toBe(1);
});

test('whom it does not let go looks for itself', async () => {
  const { world, at } = looking((id) => [row(started, id === 'b' ? {} : settled), row(updated)]);
  expect(await at(message('a'))).toEqual({ rule: 'go' });
  world.rowsOf = () => [row(started, settled), row(updated)];
  expect([await at(message('b')), world.reads]).toEqual([{ rule: 'go' }, 2]);
});

test('of one for whom the event was noted after the look nothing is known', async () => {
  const { world, at } = looking((id) => (id === 'late' ? [] : [row(started, settled), row(updated)]));
  await at(message('a'));
  world.rowsOf = () => [row(started, settled), row(updated), row(completed, { begun: true })];
  expect([await at(message('late')), world.reads]).toEqual([{ rule: 'stale' }, 2]);
});

test.each([
  ['a further attempt', { attempt: 2 }],
  ['one that was put off', { deferrals: 1 }],
  ['one that was asked for again', { round: 1 }],
])('%s looks for itself', async (_which, changes) => {
  const { world, at } = looking();
  await at(message('a'));
  await at(message('b', changes));
  expect(world.reads).toBe(2);
});

test('so does one that the bus has given out before, and one of another event', async () => {
  const { world, at } = looking(() => [row(started, settled), row(updated, settled), row(completed)]);
  await at(message('a'));
  expect(await at(message('b'), false)).toEqual({ rule: 'done' });
  expect([await at(message('b', {}, completed)), world.reads]).toEqual([{ rule: 'go' }, 3]);
});

test('a look that fails is not shared by those who come later', async () => {
  const { world, at } = looking();
  world.fails = true;
  await expect(at(message('a'))).rejects.toMatchObject({ code: 'storageUnavailable' });
  world.fails = false;
  expect([await at(message('b')), world.reads]).toEqual([{ rule: 'go' }, 2]);
});

test('an end without a beginning is announced by each, and each looks after that', async () => {
  const { world, at } = looking(() => [row(completed)]);
  world.rowsOf = () => (world.begun === 0 ? [row(completed)] : [row(completed, { begun: true })]);
  expect([await at(message('a', {}, completed)), world.begun, world.reads]).toEqual([{ rule: 'go' }, 1, 2]);
});

test('what waits for an event that is under way in the process has its entry written, and looks again when that has ended', async () => {
  const { world, at } = looking(() => [row(started), row(updated)]);
  let end = (): void => undefined;
  const before = new Promise<void>((resolve) => void (end = resolve));
  const looked = at(message('a'), true, before);
  await new Promise(setImmediate);
  expect([world.reads, world.hastened]).toEqual([1, 1]);
  world.rowsOf = () => [row(started, settled), row(updated)];
  end();
  expect([await looked, world.reads]).toEqual([{ rule: 'go' }, 2]);
});
