import { ServiceBusClient } from '@azure/service-bus';
import { randomUUID } from 'node:crypto';
import type { ServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import type { RelayEvent } from '../../../shared/invitations/events/relayEvent';
import { busEntities } from '../../../shared/messaging/busEntities';
import { toServiceBusMessage } from '../../../shared/messaging/toServiceBusMessage';
import { codeBlock, startConsumer, type ConsumerProcess } from '../../support/consumerProcess';
import { sampleGapEvent, sampleInvitationEvent } from '../../support/sampleEvents';
import { startTestServiceBus } from '../../support/serviceBus';

let bus: ServiceBus;
let client: ServiceBusClient;
let consumer: ConsumerProcess;
beforeAll(async () => {
  bus = await startTestServiceBus();
  client = new ServiceBusClient(bus.connectionString);
  consumer = startConsumer(codeBlock('docs/events.md', 'ts'), { SERVICE_BUS_CONNECTION: bus.connectionString });
});
afterAll(async () => {
  await consumer.stop();
  await client.close();
  await bus.close();
});

/** A call of its own, whose events tell by their data what they are. */
function eventOf(
  call: string,
  number: number,
  event: 'started' | 'updated' | 'completed',
  changes: Partial<RelayEvent> = {},
): RelayEvent {
  const { data, ...sample } = sampleInvitationEvent(number);
  const nowMs = Date.now();
  return {
    ...sample,
    id: randomUUID(),
    type: `ucwa.audioVideoInvitation.${event}`,
    subject: call,
    timeMs: nowMs,
    expiryTimeMs: nowMs + 60_000,
    data: {
      ...data,
      invitationId: call,
      event,
      from: { name: call },
      ...(event === 'completed' && { actions: [], outcome: { result: 'missed', answered: false } }),
    },
    ...changes,
  };
}

describe('the TypeScript consumer of docs/events.md', () => {
  it('shows each ring once, none that is over, and closes what a gap may have swallowed', async () => {
    const twice = eventOf('Alice', 1, 'started');
    const gapAtMs = Date.now() + 1000;
    const events = [
      twice,
      { ...twice, id: randomUUID() },
      eventOf('Bob', 1, 'started', { expiryTimeMs: Date.now() - 1 }),
      eventOf('Alice', 3, 'completed'),
      eventOf('Alice', 2, 'updated'),
      eventOf('Carol', 1, 'started'),
      { ...sampleGapEvent(), type: 'ucwa.newer.event' },
      sampleGapEvent({
        data: {
          account: 'sip:reception@contoso.com',
          cause: 'outage',
          after: new Date(gapAtMs - 5000).toISOString(),
          before: new Date(gapAtMs).toISOString(),
        },
      }),
      eventOf('Dave', 1, 'started'),
    ];
    const sender = client.createSender(busEntities.events);
    for (const event of events) await sender.sendMessages({ ...toServiceBusMessage(event), messageId: randomUUID() });

    await consumer.line(/Dave/);
    expect(consumer.lines).toEqual([
      'rings: Alice: acceptWithAnswer, decline',
      'ended: Alice: missed',
      'rings: Carol: acceptWithAnswer, decline',
      'closed by a gap: Bob',
      'closed by a gap: Carol',
      'rings: Dave: acceptWithAnswer, decline',
    ]);
    expect(await consumer.stop()).toBe(0);
  });
});
