import { decideOrder, type OrderRow } from '../../../shared/webhooks/orderRule';
import { firstMessage } from '../../../shared/webhooks/fanOut';
import { callEvent, ringMs, ringStartMs } from '../../support/webhookEvents';

type Name = 'started' | 'updated' | 'completed';
const message = (name: Name, changes: object = {}) => ({
  ...firstMessage(callEvent(name), { id: 'sub' }, { contentType: '', body: '' }),
  ...changes,
});
const row = (name: Name, changes: Partial<OrderRow> = {}): OrderRow => {
  const { id, type, sequence, timeMs, expiryTimeMs } = callEvent(name);
  return { eventId: id, type, sequence, timeMs, expiryTimeMs, round: 0, state: 'pending', attempt: 0, ...changes };
};
const settled = { state: 'settled', attempt: 1 } as const;
const nowMs = ringStartMs + 1000;

test.each<[string, ReturnType<typeof message>, OrderRow[], ReturnType<typeof decideOrder>]>([
  ['the first event goes', message('started'), [row('started')], { rule: 'go' }],
  ['an event of which nothing is known goes', message('started'), [], { rule: 'go' }],
  [
    'the end goes after a beginning that is settled',
    message('completed'),
    [row('started', settled), row('completed')],
    { rule: 'go' },
  ],
  [
    'the end waits behind a pending beginning',
    message('completed'),
    [row('started'), row('completed')],
    { rule: 'wait', untilMs: nowMs + 100 },
  ],
  [
    'and looks again after the beginning’s next attempt',
    message('completed'),
    [row('started', { attempt: 3, nextAtMs: nowMs + 4000 }), row('completed')],
    { rule: 'wait', untilMs: nowMs + 4100 },
  ],
  [
    'after more and more time, up to four seconds',
    message('completed', { deferrals: 6 }),
    [row('started'), row('completed')],
    { rule: 'wait', untilMs: nowMs + 4000 },
  ],
  [
    'the end waits behind an update as well',
    message('completed'),
    [row('started', settled), row('updated'), row('completed')],
    { rule: 'wait', untilMs: nowMs + 100 },
  ],
  ['a beginning does not wait for its end', message('started'), [row('started'), row('completed')], { rule: 'go' }],
  [
    'a beginning never comes after the end',
    message('started'),
    [row('started'), row('completed', settled)],
    { rule: 'stale' },
  ],
  [
    'not even after an end that was tried and failed, for it may have arrived',
    message('started'),
    [row('started'), row('completed', { attempt: 1 })],
    { rule: 'stale' },
  ],
  [
    'an end that was dropped without an attempt makes nothing stale',
    message('started'),
    [row('started'), row('completed', { state: 'settled' })],
    { rule: 'go' },
  ],
  [
    'an end whose beginning is not known announces itself',
    message('completed'),
    [row('completed')],
    { rule: 'announce' },
  ],
  ['and then goes', message('completed'), [row('completed', { begun: true })], { rule: 'go' }],
  [
    'or waits for a beginning that has come up meanwhile',
    message('completed'),
    [row('started'), row('completed', { begun: true })],
    { rule: 'wait', untilMs: nowMs + 100 },
  ],
  [
    'which is stale, as the end may have been on its way',
    message('started'),
    [row('started'), row('completed', { begun: true })],
    { rule: 'stale' },
  ],
  ['a beginning announces nothing', message('started'), [], { rule: 'go' }],
  ['what is settled is done', message('started'), [row('started', settled)], { rule: 'done' }],
  [
    'what a newer round has taken over is done',
    message('completed'),
    [row('completed', { round: 5 })],
    { rule: 'done' },
  ],
  [
    'a new round of a settled event goes',
    message('completed', { round: 5 }),
    [row('started', settled), row('completed', settled)],
    { rule: 'go' },
  ],
  [
    'an attempt on record is not made again',
    message('started', { attempt: 2 }),
    [row('started', { attempt: 2, nextAtMs: 7 })],
    { rule: 'repeat', nextAtMs: 7 },
  ],
  [
    'the next one is made',
    message('started', { attempt: 3 }),
    [row('started', { attempt: 2, nextAtMs: 7 })],
    { rule: 'go' },
  ],
])('%s', (_name, one, rows, expected) => {
  expect(decideOrder(one, rows, nowMs)).toEqual(expected);
});

test('a beginning that was lost holds the end up no longer than its ring and ten seconds', () => {
  const rows = [row('started'), row('completed')];
  const overMs = ringStartMs + ringMs + 10_000;
  expect(decideOrder(message('completed'), rows, overMs - 1).rule).toBe('wait');
  expect(decideOrder(message('completed'), rows, overMs).rule).toBe('go');
});

test('events without an order wait for nothing', () => {
  const { id, type, subject, timeMs } = message('completed').event;
  expect(decideOrder(message('completed', { event: { id, type, subject, timeMs } }), [row('started')], nowMs)).toEqual({
    rule: 'go',
  });
});
