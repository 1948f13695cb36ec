import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  startOtlpCollector,
  type CollectedAttributes,
  type CollectedSpan,
  type OtlpCollector,
} from '../support/otlpCollector';
import { configWithReplies, openCommandEntryPoint, type CommandEntryPoint } from '../support/commandEntryPoint';
import type { TestRelay } from '../support/relay';
import { startSubscriber, type SubscriberServer } from '../support/subscriberServer';
import { traceTree } from '../support/traceTree';
import { startWebhookRelay, subscribe } from '../support/webhookRelay';

let collector: OtlpCollector;
let relay: TestRelay;
let subscriber: SubscriberServer;
let entryPoint: CommandEntryPoint;
beforeAll(async () => {
  [collector, subscriber] = await Promise.all([startOtlpCollector(), startSubscriber()]);
  relay = await startWebhookRelay({
    busConfig: configWithReplies(),
    settings: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
    },
  });
  entryPoint = openCommandEntryPoint(relay.bus.connectionString);
  await subscribe(relay, {
    url: subscriber.url,
    handshake: 'skip',
    filters: { types: ['ucwa.audioVideoInvitation.started'] },
  });
});
afterAll(async () => {
  await Promise.all([entryPoint.close(), relay.close()]);
  await Promise.all([collector.close(), subscriber.close()]);
});

/** A call as `GET /invitations/{id}` has it. */
interface Kept {
  readonly invitationId: string;
  readonly history: readonly { readonly id: string }[];
}

/** The names from the root of its trace down to a span, as far as they have been collected. */
function wayTo(span: CollectedSpan): string[] {
  const parent = collector.spans.find(
    ({ spanId, traceId }) => spanId === span.parentSpanId && traceId === span.traceId,
  );
  return [...(parent === undefined ? [] : wayTo(parent)), span.name];
}

/** The first span of the trace to which that way leads. */
const spanAt = (traceId: string, ...way: string[]): Promise<CollectedSpan> =>
  collector.span((span) => span.traceId === traceId && wayTo(span).join(' > ') === way.join(' > '));

const traceIdOf = (traceParent: unknown): string =>
  /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(String(traceParent))?.[1] ?? `none: ${String(traceParent)}`;

const settled = (invitationId: string) =>
  relay.topic.event(({ type, subject }) => type === 'ucwa.command.settled' && subject === invitationId);

describe('the trace of a call', () => {
  it('goes from the package over the bus to the subscriber, and back with the command that answers', async () => {
    relay.ucwa.ring({ subject: 'Invoice 1234' });
    const started = await relay.topic.invitationEvent({ event: 'started', subject: 'Invoice 1234' });
    await subscriber.received(1);
    const traceparent = String(subscriber.requests[0]?.headers.traceparent);
    expect((await relay.command(started.subject, 'decline', {}, { traceparent })).status).toBe(202);

    const traceId = traceIdOf(traceparent);
    expect(traceIdOf(started.traceParent)).toBe(traceId);
    expect(traceIdOf((await settled(started.subject)).traceParent)).toBe(traceId);

    const toSubscriber = ['package', 'deliver event', 'POST'];
    const command = await spanAt(traceId, ...toSubscriber, 'command');
    expect(command.attributes).toMatchObject({
      'relay.command': 'decline',
      'relay.result': 'sent',
      'relay.invitation': started.subject,
    });
    await spanAt(traceId, ...toSubscriber, 'command', 'GET');
    expect((await spanAt(traceId, ...toSubscriber, 'command', 'POST')).attributes).toMatchObject({
      'http.response.status_code': 204,
    });
    expect((await spanAt(traceId, 'package', 'deliver event')).attributes).toMatchObject({
      'cloudevents.event_id': started.id,
    });
    await spanAt(traceId, ...toSubscriber, 'command', 'deliver event');
    process.stdout.write(`${traceTree(collector.spans, traceId)}\n`);
    expect(collector.spans.filter((span) => span.traceId === traceId && span.hasFailed)).toEqual([]);
  });

  it.each([
    ['a field of the message', (traceparent: string) => [{ traceparent }, {}]],
    ['an application property', (traceparent: string) => [{}, { traceparent }]],
    ['the property that Azure’s SDKs set', (traceparent: string) => [{}, { 'Diagnostic-Id': traceparent }]],
  ])('goes on with a command over the queue that names it in %s', async (where, name) => {
    relay.ucwa.ring({ subject: where });
    const started = await relay.topic.invitationEvent({ event: 'started', subject: where });
    const [field, property] = name(String(started.traceParent));
    await entryPoint.send({ command: 'decline', invitationId: started.subject, ...field }, property);
    const traceId = traceIdOf(started.traceParent);
    expect((await spanAt(traceId, 'package', 'command')).attributes).toMatchObject({
      'relay.command': 'decline',
      'relay.result': 'sent',
    });
    expect(traceIdOf((await settled(started.subject)).traceParent)).toBe(traceId);
  });

  it('is a trace of its own for each package, and shows a refused command as failed', async () => {
    relay.ucwa.ring({ subject: 'refused' });
    const { subject } = await relay.topic.invitationEvent({ event: 'started', subject: 'refused' });
    await relay.command(subject, 'cancel');
    const refused = await collector.span(
      ({ name, attributes }) => name === 'command' && attributes['relay.invitation'] === subject,
    );
    expect(refused).toMatchObject({
      parentSpanId: '',
      hasFailed: true,
      attributes: { 'relay.result': 'actionNotAvailable', 'error.type': 'actionNotAvailable' },
    });
    const packages = collector.spans.filter(({ name }) => name === 'package');
    expect(new Set(packages.map(({ traceId }) => traceId)).size).toBe(packages.length);
    expect(packages.map(({ parentSpanId }) => parentSpanId)).toEqual(packages.map(() => ''));
  });
});

describe('the log', () => {
  it('names the trace of what it tells', async () => {
    const { subject, traceParent } = await relay.topic.invitationEvent({ event: 'started', subject: 'Invoice 1234' });
    const line = await relay.host().line(new RegExp(`"eventRelayed".*started.*${subject}`));
    expect(line).toContain(`"traceId":"${traceIdOf(traceParent)}"`);
  });

  it('shares the ids of the call and of its event with the spans and with what is kept: one query finds them all', async () => {
    const { subject, id } = await relay.topic.invitationEvent({ event: 'started', subject: 'Invoice 1234' });
    const line = await relay.host().line(new RegExp(`"eventRelayed".*started.*${subject}`));
    expect(JSON.parse(line.slice(line.indexOf('{')))).toMatchObject({ invitationId: subject, eventId: id });

    // As in docs/operations.md, "What does the relay say of one call?"
    const query =
      /let call = "ID".*/.exec(readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8'))?.[0] ?? '';
    const dimensions = ['cloudevents.event_subject', 'relay.invitation', 'cloudevents.event_id'];
    for (const dimension of ['line.invitationId', 'line.eventId', ...dimensions]) expect(query).toContain(dimension);
    const found = collector.spans.filter(({ attributes }) =>
      [attributes['cloudevents.event_subject'], attributes['relay.invitation']].includes(subject),
    );
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['deliver event', 'command']));
    expect(found.map(({ attributes }) => attributes['cloudevents.event_id'])).toContain(id);

    const { data } = await relay.http().get<Kept>(`/invitations/${subject}`);
    expect([data.invitationId, data.history.map((event) => event.id)]).toEqual([subject, expect.arrayContaining([id])]);
    const timeline = await relay.http().get<{ readonly events: Kept['history'] }>(`/invitations/${subject}/timeline`);
    expect(timeline.data.events.map((event) => event.id)).toContain(id);
  });
});

describe('metrics', () => {
  it('count events, deliveries and commands, measure the way of a ring, and watch the channels', async () => {
    await collector.span(
      () =>
        collector.spans.filter(
          ({ name, attributes }) =>
            name === 'deliver event' && attributes['cloudevents.event_type'] === 'ucwa.audioVideoInvitation.started',
        ).length === 5,
    );
    await collector.metric(
      'relay.channels',
      ({ attributes, value }) => attributes.state === 'connected' && value === 1,
    );
    await relay.host().close();
    const { metrics } = collector;
    const points = (name: string) => metrics.get(name) ?? [];
    const valueOf = (name: string, attributes: CollectedAttributes) =>
      points(name).find((point) =>
        Object.entries(attributes).every(([fact, value]) => point.attributes[fact] === value),
      )?.value;
    const type = 'ucwa.audioVideoInvitation.started';
    expect(valueOf('relay.events', { type })).toBe(5);
    expect(valueOf('relay.ring_to_bus', { type })).toBe(5);
    expect(valueOf('relay.ring_to_delivery', { type })).toBe(5);
    expect(valueOf('relay.deliveries', { outcome: 'delivered' })).toBe(5);
    expect(valueOf('relay.commands', { command: 'decline', result: 'sent' })).toBe(4);
    expect(valueOf('relay.commands', { command: 'cancel', result: 'actionNotAvailable' })).toBe(1);
    expect(points('relay.poll_age')).toEqual([expect.objectContaining({ value: 0 })]);
    expect(points('relay.channels').map(({ value }) => value)).toEqual(points('relay.channels').map(() => 0));
  });
});

describe('nothing that leaves as telemetry', () => {
  it('names a person or holds a secret', () => {
    const all = collector.bodies.join('\n');
    expect(all).toContain('"package"');
    for (const secret of [
      'sip:',
      'contoso',
      'alice',
      'password',
      'Invoice',
      'Bearer',
      'cwt=',
      new URL(subscriber.url).pathname,
      relay.http().defaults.headers['x-functions-key'],
    ]) {
      expect(all.toLowerCase()).not.toContain(String(secret).toLowerCase());
    }
  });
});
