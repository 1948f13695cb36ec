import { RelayError } from '../../../../../shared/errors/relayError';
import {
  firstAttemptMessage,
  parseRetryMessage,
  retryMessageId,
  toRetryBody,
  type RetryMessage,
} from '../../../../../shared/webhooks/delivery/retries/retryMessage';
import { sampleInvitationEvent } from '../../../../support/sampleEvents';
import { thrownBy } from '../../../../support/thrownBy';

const event = sampleInvitationEvent();
const first = firstAttemptMessage(event, 'sub_a');
const attempt = {
  subscriptionId: 'sub_a',
  outcome: 'dead',
  attempted: true,
  durationMs: 3,
  attempt: 2,
  moves: 1,
  atMs: 5,
} as const;
const result = { subscriptionId: 'sub_a', outcome: 'delivered', attempted: true, durationMs: 3, atMs: 5 } as const;
const record: RetryMessage = { kind: 'record', event, tries: 1, recordedAtMs: 5, results: [result], startedAtMs: 4 };

it.each<[string, RetryMessage]>([
  ['an attempt', first],
  ['an attempt of a redelivery', { ...first, redelivery: { id: 'again', exact: true }, moves: 2, isPaced: true }],
  ['the record of an event', record],
  ['the record of an attempt', { kind: 'record', event, tries: 3, recordedAtMs: 5, attempt }],
  ['an event', { kind: 'event', event, tries: 2, enqueuedAtMs: 7 }],
])('reads %s as it was written', (_title, message) => {
  const body = toRetryBody(message);
  expect(parseRetryMessage(body)).toEqual(message);
  expect(parseRetryMessage(body.toString())).toEqual(message);
  expect(parseRetryMessage(JSON.parse(body.toString()))).toEqual(message);
});

it.each([undefined, '', '{', '{"kind":"attempt"}', { kind: 'other' }, { ...first, attempt: 0 }])(
  'refuses %j',
  (body) => {
    const error = thrownBy(() => parseRetryMessage(body));
    expect(error instanceof RelayError && error.code).toBe('requestInvalid');
  },
);

it('has one id for the same step, so that the queue drops what a crash made twice', () => {
  expect(retryMessageId(parseRetryMessage(toRetryBody(first)))).toBe(retryMessageId(first));
});

it('has another id for each other step', () => {
  const messages: RetryMessage[] = [
    first,
    { ...first, subscriptionId: 'sub_b' },
    { ...first, event: { ...event, id: 'other' } },
    { ...first, attempt: 2 },
    { ...first, moves: 1 },
    { ...first, isPaced: true },
    { ...first, redelivery: { id: 'again', exact: true } },
    record,
    { ...record, tries: 2 },
    { ...record, attempt },
    { ...record, attempt: { ...attempt, moves: 2 } },
    { kind: 'event', event, tries: 1 },
    { kind: 'event', event, tries: 2 },
  ];
  expect(new Set(messages.map(retryMessageId)).size).toBe(messages.length);
});
