import { HttpRequest } from '@azure/functions';
import { roles } from '../../../../shared/http/identity/tokenVerifier';
import { createLiveFeed } from '../../../../shared/http/stream/liveFeed';
import { streamEndpoint, type StreamEndpointPorts } from '../../../../shared/http/stream/streamEndpoint';
import { VERSION } from '../../../../shared/version';
import { createFakeClock, settlePromises } from '../../../support/fakeClock';
import { createMemoryFeed } from '../../../support/memoryFeed';
import { createRecordingLog } from '../../../support/recordingLog';
import { sampleGapEvent, sampleInvitationEvent } from '../../../support/sampleEvents';

interface ServerSentEvent {
  readonly id?: string;
  readonly event?: string;
  readonly retry?: string;
  readonly data: Record<string, unknown>;
}

/** HTML standard, section 9.2.6, as far as the stream goes. */
function parse(text: string): readonly ServerSentEvent[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const fields = Object.fromEntries(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
      );
      return { ...fields, data: JSON.parse(fields.data ?? '{}') as Record<string, unknown> };
    });
}

const clock = createFakeClock(undefined, settlePromises);
const settled = {
  id: 'command-1',
  type: 'ucwa.command.settled',
  account: 'sip:reception@contoso.com',
  subject: 'AQA-invitation',
  timeMs: clock.now(),
  data: { command: 'decline', caller: 'key:0123456789ab', result: 'sent' },
};
const failing = {
  id: 'failing-1',
  type: 'ucwa.subscription.failing',
  account: 'urn:ucwa-relay:webhooks',
  subject: 'sub_1',
  timeMs: clock.now(),
  data: { subscriptionId: 'sub_1', url: 'https://receiver.example/REDACTED', reason: 'It responded 500.' },
};
const connected = {
  ...sampleInvitationEvent(2),
  id: 'connected-1',
  type: 'ucwa.call.connected',
  data: { answeredBy: 'relay', text: 'two\nlines' },
};

function createPorts(): StreamEndpointPorts & { readonly feed: ReturnType<typeof createMemoryFeed> } {
  const feed = createMemoryFeed();
  const log = createRecordingLog();
  const liveFeed = createLiveFeed({ feed, processName: 'one', clock, log });
  return {
    ...{ feed, liveFeed, clock, log },
    limit: () => undefined,
    authentication: {
      entra: undefined,
      signInByPlatform: false,
      tenantKeys: () => () => Promise.reject(new Error()),
      clock,
    },
  };
}

async function ask(ports: StreamEndpointPorts, id?: string, granted: readonly string[] = roles) {
  const headers: Record<string, string> = id === undefined ? {} : { 'last-event-id': id };
  const request = new HttpRequest({ method: 'GET', url: 'https://relay.example/api/stream', headers });
  const caller = { name: 'key:a', authentication: 'key', roles: granted } as const;
  const response = await clock.advanceUntil(streamEndpoint(request, ports, caller, new AbortController().signal), 500);
  return { ...response, events: parse(response.body as string) };
}

describe('GET /stream', () => {
  it('begins with the clock and a position, and shows each kind of what happened in its own event', async () => {
    const ports = createPorts();
    for (const event of [sampleInvitationEvent(), connected, settled, sampleGapEvent(), failing])
      ports.feed.record(event, clock.now() - 1_000);
    const { status, headers, events } = await ask(ports);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    expect(events.map(({ event }) => event)).toEqual(['hello', 'call', 'call', 'command', 'gap', 'subscription']);
    expect(events[0]?.data).toEqual({ now: new Date(clock.now()).toISOString(), version: VERSION, continued: false });
    expect(events[1]?.data).toMatchObject({
      id: 'event-1',
      invitationId: 'AQA-invitation',
      state: 'active',
      sequence: '000000000042-0001',
      expiresAt: '2026-01-15T12:00:30.250Z',
      invitation: { from: { name: 'Alice Müller' } },
    });
    expect(events[2]?.data).toMatchObject({ type: 'ucwa.call.connected', call: { text: 'two\nlines' } });
    expect(events[3]?.data).toMatchObject({ invitationId: 'AQA-invitation', settlement: settled.data });
    expect(events[4]?.data).toHaveProperty('gap.cause');
    expect(events[5]?.data).toMatchObject({ subscriptionId: 'sub_1', report: failing.data });
  });

  it('goes on after each id, with what came after that event', async () => {
    const ports = createPorts();
    ports.feed.record(sampleInvitationEvent(1), clock.now() - 2_000);
    ports.feed.record(sampleInvitationEvent(2), clock.now() - 1_000);
    const { events } = await ask(ports);
    const [hello, first, second] = events.map(({ id }) => id);
    expect((await ask(ports, hello)).events.map(({ data }) => data.id)).toEqual([undefined, 'event-1', 'event-2']);
    expect((await ask(ports, first)).events.map(({ data }) => data.id)).toEqual([undefined, 'event-2']);
    const nothing = await ask(ports, second);
    expect(nothing.events).toHaveLength(1);
    expect(nothing.events[0]?.data.continued).toBe(true);
  });

  it('leaves out what the caller has no role for', async () => {
    const ports = createPorts();
    ports.feed.record(failing, clock.now());
    ports.feed.record(settled, clock.now());
    const { events } = await ask(ports, undefined, ['Invitations.Read']);
    expect(events.map(({ event }) => event)).toEqual(['hello', 'command']);
  });

  it.each(['nonsense', 'a.b.c', '-1.2.3', 'one.1.99999999999999999', `${'x'.repeat(50)}.1.1`])(
    'asks for a new beginning where the id is none of its own: %s',
    async (id) => {
      const { events } = await ask(createPorts(), id);
      expect(events.map(({ event }) => event)).toEqual(['hello', 'reset']);
    },
  );

  it('says since when storage cannot be read, and when to come back', async () => {
    const ports = createPorts();
    ports.feed.outage = 'refused';
    const { status, events } = await ask(ports);
    expect(status).toBe(200);
    expect(events.at(-1)).toMatchObject({
      event: 'stale',
      retry: '5000',
      data: { since: expect.any(String) as string },
    });
  });
});
