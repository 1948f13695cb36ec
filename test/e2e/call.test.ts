import { Readable } from 'node:stream';
import { askUntil } from '../support/askUntil';
import { startTestRelay, type TestRelay } from '../support/relay';

const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\n';

let relay: TestRelay;
beforeAll(async () => (relay = await startTestRelay()));
afterAll(() => relay.close());

/** Rings and waits for the call's `started` on the bus; its invitation id. */
async function ring(subject: string, request: Parameters<TestRelay['ucwa']['ring']>[0] = {}): Promise<string> {
  relay.ucwa.ring({ subject, ...request });
  return (await relay.topic.invitationEvent({ event: 'started', subject })).subject;
}

const completed = (invitationId: string) => relay.topic.invitationEvent({ event: 'completed', invitationId });

describe('a ringing call', () => {
  it('reaches Service Bus as started, updated and completed', async () => {
    const invitationId = await ring('Invoice 1234', { scenario: 'answered', afterSeconds: 0 });
    const events = [
      await relay.topic.invitationEvent({ event: 'started', invitationId }),
      await relay.topic.invitationEvent({ event: 'updated', invitationId }),
      await completed(invitationId),
    ];
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map(({ sequence }) => sequence).sort());
    expect(events[0]).toMatchObject({
      type: 'ucwa.audioVideoInvitation.started',
      account: 'sip:reception@contoso.com',
      data: {
        kind: 'audioVideo',
        direction: 'incoming',
        state: 'connecting',
        subject: 'Invoice 1234',
        from: { uri: 'sip:alice@contoso.com', name: 'Alice' },
      },
    });
    expect(events[2]?.data).toMatchObject({ event: 'completed', state: 'connected', outcome: { result: 'answered' } });
  });

  it('is declined by a command, and the outcome follows on the bus', async () => {
    const invitationId = await ring('to decline');
    const answer = await relay.command(invitationId, 'decline');
    expect([answer.status, answer.data]).toEqual([202, { result: 'sent', invitationId, command: 'decline' }]);
    expect((await completed(invitationId)).data).toMatchObject({ outcome: { result: 'declined', answered: false } });
    expect(relay.ucwa.simulator.ledger.commands.at(-1)).toMatchObject({
      action: 'decline',
      body: expect.stringContaining('Global'),
      status: 204,
    });
    expect(
      await relay.topic.event(({ type, subject }) => type === 'ucwa.command.settled' && subject === invitationId),
    ).toMatchObject({
      data: { command: 'decline', result: 'sent', reason: 'Global', authentication: 'key' },
    });
  });

  it('is accepted to the phone', async () => {
    const invitationId = await ring('to the phone');
    expect((await relay.command(invitationId, 'accept')).status).toBe(202);
    expect((await completed(invitationId)).data).toMatchObject({ outcome: { result: 'answered', answered: true } });
    expect(relay.ucwa.simulator.ledger.commands.at(-1)).toMatchObject({ action: 'acceptWithPhoneAudio' });
  });

  it('is accepted with an SDP, answering the offer that is not the fall-back', async () => {
    const invitationId = await ring('with an SDP');
    const { data: offer } = await relay
      .http()
      .get<{ offers: { fallback: boolean; contentId: string }[] }>(`/invitations/${invitationId}/offer`);
    const answer = await relay.command(invitationId, 'accept', { with: 'answer', sdp, sessionContext: 'context-1' });
    expect(answer.status).toBe(202);
    expect((await completed(invitationId)).data).toMatchObject({ outcome: { result: 'answered' } });
    expect(relay.ucwa.simulator.ledger.commands.at(-1)).toMatchObject({
      action: 'acceptWithAnswer',
      body: sdp,
      query: {
        sessionContext: 'context-1',
        processedOfferId: offer.offers.find(({ fallback }) => !fallback)?.contentId,
      },
    });
  });

  it('is cancelled when it is our own', async () => {
    const invitationId = await ring('our own', { scenario: 'outgoing', to: 'sip:bob@contoso.com' });
    expect((await relay.command(invitationId, 'cancel')).status).toBe(202);
    expect((await completed(invitationId)).data).toMatchObject({ direction: 'outgoing', outcome: { answered: false } });
  });

  it('answers with the outcome to a caller who waits for it', async () => {
    const invitationId = await ring('waiting');
    const answer = await relay.command(invitationId, 'accept', {}, { prefer: 'wait=60' });
    expect([answer.status, answer.headers['preference-applied']]).toEqual([200, 'wait=60']);
    expect(answer.data).toMatchObject({ result: 'sent', outcome: { result: 'answered', answered: true } });
  });

  it('answers missed to a caller who waits while the other side gives up', async () => {
    const { id } = relay.ucwa.ring({ subject: 'giving up' });
    const invitationId = (await relay.topic.invitationEvent({ event: 'started', subject: 'giving up' })).subject;
    const sent = relay.ucwa.simulator.nextCommand(({ action }) => action === 'sendProvisionalAnswer');
    const waiting = relay.command(
      invitationId,
      'accept',
      { with: 'answer', sdp, sessionContext: 'context-2', provisional: true },
      { prefer: 'wait=60' },
    );
    await sent;
    relay.ucwa.simulator.hangUp(id);
    const answer = await waiting;
    expect([answer.status, answer.data]).toEqual([
      200,
      expect.objectContaining({ outcome: expect.objectContaining({ result: 'missed', answered: false }) }),
    ]);
  });

  it('is listed, and told with its whole history', async () => {
    const invitationId = await ring('to list');
    await relay.command(invitationId, 'decline', {}, { prefer: 'wait=60' });
    // Each event is recorded by itself, its row of the history beside the state: the one does not wait for the others.
    const { data, history } = await askUntil(
      async () => {
        const answer = await relay.http().get<{ history: { type: string }[] }>(`/invitations/${invitationId}`);
        return { data: answer.data, history: answer.data.history.map(({ type }) => type.split('.').at(-1)) };
      },
      (answer) => ['started', 'completed'].every((type) => answer.history.includes(type)),
    );
    expect(data).toMatchObject({
      invitationId,
      state: 'ended',
      endedBy: 'completed',
      invitation: { subject: 'to list' },
    });
    expect(history.slice(0, 1).concat(history.slice(-1))).toEqual(['started', 'completed']);
    const list = await relay.http().get<{ invitations: unknown[]; cursor: string }>('/invitations', {
      params: { account: 'sip:reception@contoso.com', state: 'ended', limit: 1 },
    });
    expect(list.data.invitations).toHaveLength(1);
    expect(list.data.cursor).toEqual(expect.any(String));
  });

  it('carries what a consumer attaches to it, from then on', async () => {
    const invitationId = await ring('from a customer');
    const context = { customer: 'Fabrikam', tickets: [7, 9] };
    const path = `/invitations/${invitationId}`;
    const answer = await relay.http().put(`${path}/context`, context);
    expect([answer.status, answer.data]).toEqual([200, { invitationId, attachedAt: expect.any(String), context }]);
    expect(await relay.topic.event(({ type }) => type === 'ucwa.call.context')).toMatchObject({
      subject: invitationId,
      data: { invitationId, kind: 'audioVideo', context },
    });
    await relay.command(invitationId, 'decline', {}, { prefer: 'wait=60' });
    // The topic's own events do not carry it; the record of what webhooks are sent does.
    expect((await completed(invitationId)).data).not.toHaveProperty('context');
    const { data } = await relay
      .http()
      .get<{ invitation: object; history: { type: string; data: { context?: unknown } }[] }>(path);
    expect(data.invitation).toMatchObject({ context });
    expect(data.history.map((one) => [one.type.split('.').at(-1), one.data.context])).toEqual(
      expect.arrayContaining([['completed', context]]),
    );
    const timeline = await askUntil(
      async () => (await relay.http().get<{ events: { type: string; context?: unknown }[] }>(`${path}/timeline`)).data,
      ({ events }) => events.some(({ type }) => type.endsWith('.completed')),
    );
    expect(timeline.events.find(({ type }) => type === 'ucwa.call.context')?.context).toEqual(context);
    const list = await relay.http().get<{ invitations: unknown[] }>('/invitations', { params: { limit: 5 } });
    expect(list.data.invitations).toContainEqual(
      expect.objectContaining({ invitationId, invitation: expect.objectContaining({ context }) as object }),
    );
  });

  it('can be declined by another process in the handler of its `started`', async () => {
    await relay.startHost({ POLL_SCHEDULE: '0 0 0 1 1 *', POLL_RUN_SECONDS: '10' });
    const invitationId = await ring('other process');
    expect((await relay.command(invitationId, 'decline')).status).toBe(202);
    expect((await completed(invitationId)).data).toMatchObject({ outcome: { result: 'declined' } });
  });
});

describe('what is refused', () => {
  test.each([
    ['an id that is none', 'hello', 'decline', {}, 404, 'invitationNotFound'],
    ['a reason that is none', 'hello', 'decline', { reason: 'Lunch' }, 400, 'requestInvalid'],
    ['no JSON', 'hello', 'decline', '{', 400, 'requestInvalid'],
    [
      'an SDP over 64 KiB',
      'hello',
      'accept',
      { with: 'answer', sdp: sdp + 'a=x\r\n'.repeat(14_000) },
      400,
      'requestInvalid',
    ],
  ] as const)('%s: a problem document, and nothing reaches UCWA', async (_title, id, command, body, status, code) => {
    const before = relay.ucwa.simulator.ledger.commands.length;
    const answer = await relay.command(id, command, body, { 'content-type': 'application/json' });
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
    expect(answer.data).toMatchObject({ type: `urn:ucwa-relay:problem:${code}`, status });
    expect(relay.ucwa.simulator.ledger.commands).toHaveLength(before);
  });

  test.each([
    ['a context of more than 4 KB', { text: 'x'.repeat(4_096) }, {}, 413, 'contextTooLarge'],
    ['a context of many', { text: 'x'.repeat(100_000) }, {}, 413, 'contextTooLarge'],
    ['a context that is no object', [1], {}, 400, 'requestInvalid'],
    ['a context for an id that is none', {}, {}, 404, 'invitationNotFound'],
    ['a context that is compressed', {}, { 'content-encoding': 'gzip' }, 415, 'encodingUnsupported'],
  ])('%s', async (_title, body, headers, status, code) => {
    const answer = await relay.http().put('/invitations/hello/context', body, { headers });
    expect([answer.status, answer.data]).toEqual([
      status,
      expect.objectContaining({ type: `urn:ucwa-relay:problem:${code}` }),
    ]);
  });

  it('a body that is sent in chunks, which Azure drops: 411, and nothing reaches UCWA', async () => {
    const invitationId = await ring('in chunks');
    const before = relay.ucwa.simulator.ledger.commands.length;
    const answer = await relay.command(invitationId, 'decline', Readable.from(['{"reason":"Local"}']), {
      'content-type': 'application/json',
    });
    expect([answer.status, answer.data]).toEqual([
      411,
      expect.objectContaining({ type: 'urn:ucwa-relay:problem:lengthRequired' }),
    ]);
    expect(relay.ucwa.simulator.ledger.commands).toHaveLength(before);
    await relay.command(invitationId, 'decline');
  });

  it('an action that is not linked: 422 naming what is', async () => {
    const invitationId = await ring('no phone', { phoneAudio: false });
    const answer = await relay.command(invitationId, 'accept');
    expect([answer.status, answer.data]).toEqual([
      422,
      expect.objectContaining({ available: ['acceptWithAnswer', 'decline', 'sendProvisionalAnswer'] }),
    ]);
    await relay.command(invitationId, 'decline');
  });

  it('a call without a key', async () => {
    expect((await relay.http().get('/health', { headers: { 'x-functions-key': '' } })).status).toBe(401);
    expect((await relay.http().get('/health/live', { headers: { 'x-functions-key': '' } })).status).toBe(200);
  });
});

describe('the console', () => {
  it('is told of a call while its request is held', async () => {
    const http = relay.http();
    const read = async (lastEventId?: string) =>
      (
        await http.get<string>('/stream', {
          headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
        })
      ).data;
    const lastId = (text: string) => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1];
    let text = await read();
    relay.ucwa.ring({ subject: 'On the console' });
    while (!text.includes('"subject":"On the console"')) text = await read(lastId(text));
    const block = text.split('\n\n').find((one) => one.includes('On the console')) ?? '';
    expect(block).toMatch(
      /^id: \w{8}\.\d+\.\d{13}\nevent: call\ndata: \{.*"type":"ucwa\.audioVideoInvitation\.started"/,
    );
    expect(text).toMatch(/^id: .*\nevent: hello\n/);
  });

  it('has routes of its own, of which none opens without a sign-in', async () => {
    const http = relay.http();
    const session = await http.get<object>('/console/session');
    expect(session.data).toMatchObject({ signIn: 'key', api: '/api', person: null, local: false });
    const page = await http.get('/console/', { headers: { 'x-functions-key': '' } });
    expect([page.status, page.headers['content-security-policy']]).toEqual([
      200,
      expect.stringContaining("default-src 'none'"),
    ]);
    const redirect = await http.get('/console', { maxRedirects: 0 });
    expect([redirect.status, redirect.headers.location]).toEqual([302, 'console/']);
    const refused = await Promise.all([
      http.get('/console/api/invitations'),
      http.get('/console/api/invitations', { headers: { 'sec-fetch-site': 'same-origin', 'x-relay-console': '1' } }),
      http.delete('/console/session'),
      http.get('/console/..%2f..%2fhost.json'),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([403, 401, 403, 404]);
  });
});
