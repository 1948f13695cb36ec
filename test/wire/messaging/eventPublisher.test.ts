import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { HTTP, type CloudEvent } from 'cloudevents';
import type { ServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import { systemClock, type Clock } from '../../../shared/clock';
import type { InvitationEvent } from '../../../shared/invitations/events/relayEvent';
import { withoutLargestParts } from '../../../shared/invitations/normalise/withoutLargestParts';
import { createEventPublisher } from '../../../shared/messaging/eventPublisher';
import { openServiceBus, SEND_TIMEOUT_MS } from '../../../shared/messaging/openServiceBus';
import { parseEventMessage } from '../../../shared/invitations/events/parseEventMessage';
import type { EventPublisher } from '../../../shared/invitations/events/publisher';
import { createFakeClock } from '../../support/fakeClock';
import { createRecordingLog, type RecordingLog } from '../../support/recordingLog';
import { sampleGapEvent, sampleInvitationEvent, sampleUnreadableEvent } from '../../support/sampleEvents';
import { startTestServiceBus } from '../../support/serviceBus';

const noIdentity = (): never => {
  throw new Error('A connection string needs no identity.');
};

let bus: ServiceBus;
let consumer: ServiceBusClient;
let publisher: EventPublisher;
let log: RecordingLog;
let blobs: Map<string, string>;

const publisherOn = ({ connectionString }: { connectionString: string }, clock: Clock = systemClock): EventPublisher =>
  createEventPublisher({
    openClient: () => openServiceBus({ connectionString }, noIdentity),
    rawBlobs: { put: (name, text) => Promise.resolve(void blobs.set(name, text)) },
    shrink: withoutLargestParts,
    clock,
    log,
  });

beforeEach(async () => {
  bus = await startTestServiceBus();
  consumer = new ServiceBusClient(bus.connectionString);
  log = createRecordingLog();
  blobs = new Map();
  publisher = publisherOn(bus);
});
afterEach(async () => {
  await publisher.close();
  await consumer.close();
  await bus.close();
});

/** Everything that is on the bus for a consumer: as many as the bus itself counts. */
async function received(
  ...path: [queue: string] | [topic: string, subscription: string]
): Promise<ServiceBusReceivedMessage[]> {
  const [entity, subscription] = path;
  const options = { receiveMode: 'receiveAndDelete' } as const;
  const receiver =
    subscription === undefined
      ? consumer.createReceiver(entity, options)
      : consumer.createReceiver(entity, subscription, options);
  const messages: ServiceBusReceivedMessage[] = [];
  while (active(path) > 0) messages.push(...(await receiver.receiveMessages(active(path), { maxWaitTimeInMs: 1_000 })));
  await receiver.close();
  return messages;
}

function active(path: readonly string[]): number {
  const counts = Object.entries(bus.entities()).find(
    ([address]) => address.toLowerCase() === path.join('/Subscriptions/').toLowerCase(),
  );
  if (counts === undefined) throw new Error(`The bus has no ${path.join('/')}.`);
  return counts[1].active;
}

const onTheTopic = () => received('invitation-events', 'all');

describe('a consumer of invitation-events', () => {
  it('receives the parsed CloudEvent, with what filters and sessions need beside it', async () => {
    const event = sampleInvitationEvent();

    await publisher.publish([event]);

    const [message] = await onTheTopic();
    expect(message).toMatchObject({
      messageId: event.id,
      sessionId: event.subject,
      correlationId: event.correlationId,
      subject: event.type,
      contentType: 'application/cloudevents+json',
      applicationProperties: {
        type: event.type,
        kind: 'audioVideo',
        event: 'started',
        direction: 'incoming',
        state: 'connecting',
        importance: 'normal',
        account: event.account,
      },
    });
    expect(parseEventMessage(message?.body)).toEqual(event);
    const standard = HTTP.toEvent({
      headers: { 'content-type': message?.contentType ?? '' },
      body: message?.body as unknown,
    }) as CloudEvent;
    expect(standard.validate()).toBe(true);
  });

  it('receives an event once, however often it is published', async () => {
    await publisher.publish([sampleInvitationEvent(1), sampleInvitationEvent(2)]);
    await publisher.publish([sampleInvitationEvent(1), sampleInvitationEvent(2), sampleInvitationEvent(3)]);

    expect((await onTheTopic()).map((message) => message.messageId)).toEqual(['event-1', 'event-2', 'event-3']);
  });

  it('receives every account’s events in order, whatever shared a batch', async () => {
    const accounts = Array.from({ length: 50 }, (_, account) =>
      Array.from({ length: 12 }, (__, index) =>
        sampleInvitationEvent(index, { id: `account-${account}-${index}`, subject: `invitation-${account}` }),
      ),
    );

    await Promise.all(
      accounts.map(async (events) => {
        for (let first = 0; first < events.length; first += 4) await publisher.publish(events.slice(first, first + 4));
      }),
    );

    const messages = await onTheTopic();
    expect(messages).toHaveLength(600);
    for (const events of accounts) {
      const own = messages.filter((message) => message.sessionId === events[0]?.subject);
      expect(own.map((message) => message.messageId)).toEqual(events.map((event) => event.id));
    }
  });

  it('receives a package in order that takes many batches', async () => {
    const padded = (number: number): InvitationEvent =>
      withData(number, { subject: `${String(number)} `.padEnd(20_000, 'x') });
    const events = Array.from({ length: 60 }, (_, index) => padded(index));

    await publisher.publish(events);

    expect((await onTheTopic()).map((message) => message.messageId)).toEqual(events.map((event) => event.id));
  });

  it('receives an event of an account whose address is too long for a session id', async () => {
    const account = `sip:${'x'.repeat(200)}@contoso.com`;

    await publisher.publish([sampleGapEvent({ account, subject: account })]);

    const [message] = await onTheTopic();
    expect(parseEventMessage(message?.body)).toMatchObject({ account, subject: account });
  });
});

describe('an event too large for the bus', () => {
  it('goes out without its largest parts, in its place, and says so', async () => {
    const sdp = 'v=0\r\n'.padEnd(300_000, 'a=x\r\n');
    const large = withData(2, { media: { offers: [{ fallback: false, sdp }] }, sessionContext: 'y'.repeat(280_000) });

    await publisher.publish([sampleInvitationEvent(1), large, sampleInvitationEvent(3)]);

    const messages = await onTheTopic();
    expect(messages.map((message) => message.messageId)).toEqual(['event-1', 'event-2', 'event-3']);
    expect(parseEventMessage(messages[1]?.body)).toMatchObject({
      data: { omitted: ['media.offers.sdp', 'sessionContext'], from: { name: 'Alice Müller' } },
    });
    expect(log.lines.map((line) => line.event)).toEqual(['eventShrunk', 'eventShrunk']);
  });

  it('is sent raw to `unreadable-events`, by way of a blob, when nothing can be left out, and delays nothing', async () => {
    const cause = 'z'.repeat(300_000) as 'outage';
    const gap = sampleGapEvent();

    await publisher.publish([
      sampleInvitationEvent(1),
      { ...gap, data: { ...gap.data, cause } },
      sampleInvitationEvent(2),
    ]);

    expect((await onTheTopic()).map((message) => message.messageId)).toEqual(['event-1', 'event-2']);
    const [unreadable] = await received('unreadable-events');
    expect(unreadable?.body).toMatchObject({
      id: 'gap-1',
      account: gap.account,
      reason: expect.stringContaining('larger') as string,
      rawBlob: 'gap-1',
    });
    expect(JSON.parse(blobs.get('gap-1') ?? '')).toMatchObject({ type: 'ucwa.channel.gap', data: { cause } });
    expect(log.lines).toContainEqual({
      level: 'error',
      event: 'eventRefused',
      fields: expect.objectContaining({ eventId: 'gap-1', code: 'messageTooLarge' }) as object,
    });
  });
});

describe('sendUnreadable', () => {
  it.each([
    ['a small raw text travels in the message', 'not { json', false],
    ['a text of 191 KiB does too', 'x'.repeat(191 * 1024), false],
    ['a larger one goes to a blob', 'x'.repeat(200 * 1024), true],
    ['so does one that grows beyond it when escaped', '"'.repeat(150 * 1024), true],
  ])('%s', async (_what, raw, inBlob) => {
    await publisher.sendUnreadable([sampleUnreadableEvent(1, { raw })]);

    const [message] = await received('unreadable-events');
    expect(message).toMatchObject({
      messageId: 'unreadable-1',
      contentType: 'application/json',
      applicationProperties: { account: 'sip:reception@contoso.com' },
    });
    const body = message?.body as { raw?: string; rawBlob?: string };
    expect(inBlob ? blobs.get(body.rawBlob ?? '') : body.raw).toBe(raw);
    expect('raw' in body).toBe(!inBlob);
  });
});

describe('a bus that goes and comes back', () => {
  it('has every event once and in order when it is back on the same port', async () => {
    const { port } = bus;
    const clock = createFakeClock();
    const steadfast = publisherOn(bus, clock);
    await steadfast.publish([sampleInvitationEvent(1)]);
    await bus.close();
    // The SDK does not say that a connection broke under a message: that is only known by its time-out.
    const underWay = expect(steadfast.publish([sampleInvitationEvent(2)])).rejects.toMatchObject({
      code: 'busUnavailable',
      retryable: true,
    });
    await clock.advance(SEND_TIMEOUT_MS);
    await underWay;
    await expect(steadfast.publish([sampleInvitationEvent(2)])).rejects.toMatchObject({ code: 'busUnavailable' });

    bus = await startTestServiceBus({ port });
    await steadfast.publish([sampleInvitationEvent(2), sampleInvitationEvent(3)]);
    await steadfast.close();

    await consumer.close();
    consumer = new ServiceBusClient(bus.connectionString);
    expect((await onTheTopic()).map((message) => message.messageId)).toEqual(['event-2', 'event-3']);
  });

  it('is opened only when first needed', async () => {
    let opened = 0;
    const idle = createEventPublisher({
      openClient: () => {
        opened += 1;
        return openServiceBus(bus, noIdentity);
      },
      rawBlobs: { put: () => Promise.resolve() },
      shrink: withoutLargestParts,
      clock: systemClock,
      log,
    });
    await idle.publish([]);
    await idle.close();

    expect(opened).toBe(0);
  });
});

describe('a namespace that is not what it should be', () => {
  it.each([
    [
      'without the topic',
      {
        UserConfig: {
          Namespaces: [{ Name: 'ns', Queues: [{ Name: 'other' }], Topics: [] }],
          Logging: { Type: 'Console' },
        },
      },
      undefined,
      /does not exist/,
    ],
    ['with another key', undefined, 'SharedAccessKey=wrong', /key or identity/],
  ])('%s makes the publish fail and say so', async (_what, config, key, words) => {
    const odd = await startTestServiceBus(config === undefined ? {} : { config });
    const connectionString =
      key === undefined ? odd.connectionString : odd.connectionString.replace(/SharedAccessKey=[^;]+/, key);
    const astray = publisherOn({ connectionString });

    await expect(astray.publish([sampleInvitationEvent()])).rejects.toMatchObject({
      code: 'busUnavailable',
      message: expect.stringMatching(words) as string,
    });

    await astray.close();
    await odd.close();
  });
});

function withData(number: number, data: Partial<InvitationEvent['data']>): InvitationEvent {
  const event = sampleInvitationEvent(number);
  return { ...event, data: { ...event.data, ...data } };
}
