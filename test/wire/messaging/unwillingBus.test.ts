import { withoutLargestParts } from '../../../shared/invitations/normalise/withoutLargestParts';
import { createBusConnection } from '../../../shared/messaging/busConnection';
import { createEventPublisher } from '../../../shared/messaging/eventPublisher';
import { openServiceBus, SEND_TIMEOUT_MS } from '../../../shared/messaging/openServiceBus';
import { createServiceBusRetryQueue } from '../../../shared/messaging/webhookRetryQueue';
import { firstAttemptMessage, retryMessageId } from '../../../shared/webhooks/delivery/retries/retryMessage';
import type { EventPublisher } from '../../../shared/invitations/events/publisher';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { createRecordingLog, type RecordingLog } from '../../support/recordingLog';
import { sampleInvitationEvent, sampleUnreadableEvent } from '../../support/sampleEvents';
import { startScriptedBus, type ScriptedBus } from '../../support/scriptedBus';

const noIdentity = (): never => {
  throw new Error('A connection string needs no identity.');
};
const events = (count: number) => Array.from({ length: count }, (_, index) => sampleInvitationEvent(index));
const ids = (count: number) => events(count).map((event) => event.id);

let bus: ScriptedBus;
let clock: FakeClock;
let log: RecordingLog;
let publisher: EventPublisher;

beforeEach(async () => {
  bus = await startScriptedBus();
  clock = createFakeClock();
  log = createRecordingLog();
  publisher = createEventPublisher({
    openClient: () => openServiceBus(bus, noIdentity),
    rawBlobs: { put: () => Promise.reject(new Error('Nothing here is large.')) },
    shrink: withoutLargestParts,
    clock,
    log,
  });
});
afterEach(async () => {
  const closed = publisher.close();
  await clock.advance(SEND_TIMEOUT_MS);
  await closed;
  await bus.close();
});

describe('what the bus refuses for good', () => {
  it.each([
    'amqp:not-allowed',
    'amqp:invalid-field',
    'amqp:decode-error',
    'com.microsoft:argument-error',
    'amqp:precondition-failed',
  ])(
    'with %s is found in its batch and sent to `unreadable-events`, and the rest is published in order',
    async (condition) => {
      bus.answer = ({ entity, messageIds }) =>
        entity === 'invitation-events' && messageIds.includes('event-7') ? { condition } : 'accept';

      await publisher.publish(events(20));

      const unreadable = bus.batches.filter((batch) => batch.entity === 'unreadable-events');
      expect(unreadable).toEqual([{ entity: 'unreadable-events', messageIds: ['event-7'] }]);
      expect(bus.accepted.filter((id) => id !== 'event-7')).toEqual(ids(20).filter((id) => id !== 'event-7'));
      expect(log.lines).toContainEqual({
        level: 'error',
        event: 'eventRefused',
        fields: expect.objectContaining({ eventId: 'event-7', code: 'busRefused' }) as object,
      });
    },
  );

  it('as too large goes out smaller, with all the others in order around it', async () => {
    let lone = 0;
    bus.answer = ({ messageIds }) => {
      if (!messageIds.includes('event-3')) return 'accept';
      if (messageIds.length === 1) lone += 1;
      // Refused in company, then alone, then without one part; taken without two.
      return lone < 3 ? { condition: 'amqp:link:message-size-exceeded' } : 'accept';
    };

    await publisher.publish(events(8));

    expect(bus.accepted).toEqual(ids(8));
    expect(log.lines.map(({ event, fields }) => [event, fields.eventId])).toEqual([
      ['eventShrunk', 'event-3'],
      ['eventShrunk', 'event-3'],
    ]);
  });

  it('fails the publish when even the queue for it refuses, so that nothing is acknowledged', async () => {
    bus.answer = () => ({ condition: 'amqp:not-allowed' });

    await expect(publisher.publish(events(1))).rejects.toMatchObject({ code: 'busUnavailable', retryable: true });
    await expect(publisher.sendUnreadable([sampleUnreadableEvent()])).rejects.toMatchObject({ code: 'busUnavailable' });
  });
});

it('a retry that the bus refuses for good is given back with the reason, and the others are sent', async () => {
  const connection = createBusConnection(() => openServiceBus(bus, noIdentity), clock);
  const queue = createServiceBusRetryQueue(connection.sender('webhook-retries'));
  const retries = events(3).map((event) => ({ message: firstAttemptMessage(event, 'sub_a') }));
  const refusedId = retryMessageId(firstAttemptMessage(sampleInvitationEvent(1), 'sub_a'));
  bus.answer = ({ messageIds }) => (messageIds.includes(refusedId) ? { condition: 'amqp:not-allowed' } : 'accept');
  expect(await queue.send(retries)).toEqual([
    { retry: retries[1], refusal: expect.objectContaining({ code: 'busRefused' }) as object },
  ]);
  expect(bus.accepted).toHaveLength(2);
  await connection.close();
});

describe('what is no fault of the event', () => {
  it.each([
    ['a full topic', 'amqp:resource-limit-exceeded', /full/],
    ['a disabled topic', 'com.microsoft:entity-disabled', /disabled/],
    ['throttling', 'com.microsoft:server-busy', /throttl/],
    ['a missing right', 'amqp:unauthorized-access', /right to send/],
    ['a time-out of its own', 'com.microsoft:timeout', /in time/],
    ['an internal error', 'amqp:internal-error', /reached/],
  ])('such as %s leaves the events to be published again, and says what it is', async (_what, condition, words) => {
    bus.answer = () => ({ condition });

    await expect(publisher.publish(events(3))).rejects.toMatchObject({
      retryable: true,
      message: expect.stringMatching(words) as string,
    });

    bus.answer = () => 'accept';
    await publisher.publish(events(3));
    expect(bus.accepted).toEqual(ids(3));
    expect(bus.batches.filter((batch) => batch.entity === 'unreadable-events')).toEqual([]);
  });

  it.each([
    ['is not allowed', 'amqp:unauthorized-access', /right to send/],
    ['leads nowhere', 'amqp:not-found', /reached/],
  ])('such as a link that %s fails the publish until it opens', async (_what, condition, words) => {
    bus.answerLink = () => ({ condition });
    await expect(publisher.publish(events(2))).rejects.toMatchObject({
      code: 'busUnavailable',
      message: expect.stringMatching(words) as string,
    });

    bus.answerLink = () => 'accept';
    await publisher.publish(events(2));
    expect(bus.accepted).toEqual(ids(2));
  });

  it('such as a delivery that a stopping bus releases is sent again', async () => {
    let released = false;
    bus.answer = () => {
      if (released) return 'accept';
      released = true;
      return 'release';
    };

    await publisher.publish(events(1));

    expect(bus.batches).toHaveLength(2);
    expect(bus.accepted).toEqual(['event-0']);
  });
});

describe('a bus that is silent', () => {
  it('fails the publish after the send time-out, and is left for a new connection', async () => {
    bus.answer = () => 'silence';
    const publish = publisher.publish(events(2));
    const refusal = expect(publish).rejects.toMatchObject({ code: 'busUnavailable', retryable: true });
    await bus.arrived(1);
    await clock.advance(SEND_TIMEOUT_MS - 1);
    expect(clock.sleepers()).toBe(1);

    await clock.advance(1);
    await refusal;

    bus.answer = () => 'accept';
    await publisher.publish(events(2));
    expect(bus.accepted).toEqual(ids(2));
    expect(bus.connections()).toBe(2);
    expect(clock.sleepers()).toBe(0);
  });

  it('fails what waited behind it at the same moment', async () => {
    bus.answer = () => 'silence';
    const inFlight: Promise<void>[] = [];
    for (let index = 0; index < 4; index += 1) {
      inFlight.push(publisher.publish([sampleInvitationEvent(index)]));
      await bus.arrived(index + 1);
    }
    const outcomes = Promise.allSettled([...inFlight, publisher.publish([sampleInvitationEvent(4)])]);

    await clock.advance(SEND_TIMEOUT_MS);

    expect((await outcomes).map((outcome) => outcome.status)).toEqual(Array(5).fill('rejected'));
    expect(bus.batches).toHaveLength(4);
  });

  it('does not keep a process from ending', async () => {
    bus.answer = () => 'silence';
    const refusal = expect(publisher.publish(events(1))).rejects.toMatchObject({ code: 'busUnavailable' });
    await bus.arrived(1);

    const closed = publisher.close();
    await clock.advance(SEND_TIMEOUT_MS);
    await clock.advance(SEND_TIMEOUT_MS);

    await Promise.all([closed, refusal]);
  });
});
