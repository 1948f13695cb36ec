import { faultKinds } from '../../../infra/local/ucwa/faults/faultTable';
import { createFakeClock } from '../../support/fakeClock';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import linkOnly from '../../fixtures/events.audioVideoInvitation.started.link-only.json';
import sample from '../../fixtures/audioVideoInvitation.json';
import { eventsOf, nextOf, signIn, type Client } from './client';

describe('the control routes', () => {
  let ucwa: TestUcwa;

  beforeEach(async () => {
    ucwa = await startTestUcwa({ clock: createFakeClock() });
  });
  afterEach(() => ucwa.close());

  const control = (method: string, url: string, data?: unknown) =>
    ucwa.http.request<Record<string, unknown>>({ method, url, ...(data !== undefined && { data }) });

  it('POST /sim/calls rings: 201 with the invitation’s path, its id and the account', async () => {
    const client = await signIn(ucwa);
    const { status, data } = await control('POST', '/sim/calls', {
      from: 'alice@contoso.com',
      name: 'Alice',
      subject: 'Hello',
    });
    expect([status, data]).toEqual([
      201,
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        invitation: `${client.path}/communication/audioVideoInvitations/${String(data['id'])}`,
        account: 'sip:reception@contoso.com',
      },
    ]);
    expect(eventsOf(await client.poll(client.next))[0]?._embedded?.['audioVideoInvitation']).toMatchObject({
      subject: 'Hello',
      _embedded: { from: { uri: 'sip:alice@contoso.com', name: 'Alice' } },
    });
  });

  it('POST /sim/calls/{id}/hangup ends it once', async () => {
    const client = await signIn(ucwa);
    const { id } = ucwa.ring();
    expect((await control('POST', `/sim/calls/${id}/hangup`)).status).toBe(204);
    expect(eventsOf(await client.poll(client.next)).find(({ type }) => type === 'completed')).toMatchObject({
      reason: { code: 'Informational', subcode: 'Canceled' },
    });
    expect((await control('POST', `/sim/calls/${id}/hangup`)).status).toBe(404);
  });

  it.each([
    ['nobody is signed in', [], 'No application is signed in for sip:reception@contoso.com.'],
    [
      'no audio is registered',
      ['Messaging'],
      'No application of sip:reception@contoso.com has registered Audio or Video with makeMeAvailable, so such a call cannot reach it.',
    ],
  ])('refuse a call with 409 when %s', async (_, modalities: string[], error) => {
    if (modalities.length > 0) await signIn(ucwa, { modalities });
    const { status, data } = await control('POST', '/sim/calls', { from: 'alice@contoso.com' });
    expect([status, data]).toEqual([409, { error }]);
  });

  it.each([
    ['POST', '/sim/calls', Buffer.from('{'), 'the body is not JSON'],
    ['POST', '/sim/calls', {}, 'from: '],
    [
      'POST',
      '/sim/calls',
      { from: 'nobody' },
      'from: must be a sip: or tel: URI, an address user@domain, or a number +44…',
    ],
    ['POST', '/sim/calls', { from: 'a@b', ring: 3 }, 'Unrecognized key: "ring"'],
    ['POST', '/sim/calls', { from: 'a@b', scenario: 'lost' }, 'scenario: '],
    ['POST', '/sim/faults', { kind: 'gremlins' }, 'kind: '],
    ['POST', '/sim/faults', { kind: 'status' }, 'status: '],
    ['POST', '/sim/faults', { kind: 'discoveryRedirect', account: 'a@b' }, 'account: '],
    ['POST', '/sim/packages', {}, 'body: must be an object or the raw text'],
    ['GET', '/sim/ledger?from=x', {}, 'from: '],
    ['PUT', '/sim/resources', { path: 'x', body: '' }, 'path: '],
  ])('refuse %s %s with %p: 400 that says what is wrong', async (method, url, body, problem) => {
    const { status, data } = await ucwa.http.request<{ error: string }>({
      method,
      url,
      data: body,
      headers: { 'Content-Type': 'application/json' },
    });
    expect([status, data.error]).toEqual([400, expect.stringContaining(problem)]);
  });

  it('GET /sim/faults lists every kind with a sentence; DELETE disarms', async () => {
    await control('POST', '/sim/faults', { kind: 'status', status: 503, times: 2 });
    const { data } = await control('GET', '/sim/faults');
    expect((data['kinds'] as { kind: string; says: string }[]).map(({ kind }) => kind)).toEqual(faultKinds);
    expect((data['kinds'] as { says: string }[]).every(({ says }) => says.endsWith('.'))).toBe(true);
    expect(data['armed']).toEqual([{ kind: 'status', times: 2, status: 503, body: 'ucwa', on: 'events' }]);
    await control('DELETE', '/sim/faults');
    expect((await control('GET', '/sim/faults')).data['armed']).toEqual([]);
  });

  describe('POST /sim/packages', () => {
    const right = (client: Client, ack: number): string => `${client.path}/events?ack=${ack}`;

    it('puts an object on the channel, with `next` made right, once', async () => {
      const client = await signIn(ucwa);
      expect((await control('POST', '/sim/packages', { body: linkOnly })).status).toBe(204);
      const response = await client.poll(client.next);
      expect(response.data).toEqual({
        ...linkOnly,
        _links: { self: linkOnly._links.self, next: { href: right(client, 3) } },
      });
      expect((await client.poll(client.next)).data).toEqual(response.data);
      ucwa.ring();
      expect(eventsOf(await client.poll(nextOf(response)))[0]?._embedded).toBeDefined();
      expect(ucwa.simulator.ledger.events.find(({ href }) => href.endsWith('/invitations/507'))).toMatchObject({
        rel: 'audioVideoInvitation',
        type: 'started',
        ack: 2,
        acknowledged: true,
      });
    });

    it.each([
      ['resume', 3],
      ['resync', 2],
    ])('makes %s right too', async (rel, ack) => {
      const client = await signIn(ucwa);
      await control('POST', '/sim/packages', { body: { _links: { [rel]: { href: 'x' } } } });
      expect((await client.poll(client.next)).data).toEqual({ _links: { [rel]: { href: right(client, ack) } } });
    });

    it('gives a body with events and no way on a `next`', async () => {
      const client = await signIn(ucwa);
      await control('POST', '/sim/packages', { body: { sender: linkOnly.sender } });
      expect((await client.poll(client.next)).data).toEqual({
        sender: linkOnly.sender,
        _links: { next: { href: right(client, 3) } },
      });
    });

    it.each<[string, unknown, string | undefined]>([
      ['an empty body without `next`', { _links: {} }, undefined],
      ['a text that is no JSON', '{"sender": [', undefined],
    ])('serves %s once, for it leads nowhere', async (_, body, contentType) => {
      const client = await signIn(ucwa);
      await control('POST', '/sim/packages', { body, contentType });
      expect((await client.poll(client.next)).data).toEqual(body);
      ucwa.ring();
      expect(eventsOf(await client.poll(client.next))).toHaveLength(4);
    });

    it('leaves a text as it is but for `next`, in JSON and XML', async () => {
      const client = await signIn(ucwa);
      await control('POST', '/sim/packages', { body: '{ "_links" : { "next" : { "href" : "x" } }, "odd": 1 }' });
      await control('POST', '/sim/packages', {
        body: '<events><link rel="next" href="x"/><sender><started rel="audioVideoInvitation" href="/i/1"/></sender></events>',
        contentType: 'application/vnd.microsoft.com.ucwa+xml',
      });
      const first = await ucwa.http.get<string>(client.next, {
        headers: { Authorization: `Bearer ${client.token}` },
        transformResponse: (text: string) => text,
      });
      expect(first.data).toBe(`{ "_links" : { "next" : { "href" : "${right(client, 3)}" } }, "odd": 1 }`);
      const second = await client.get<string>(right(client, 3));
      expect(second.headers['content-type']).toBe('application/vnd.microsoft.com.ucwa+xml');
      expect(second.data).toContain(`<link rel="next" href="${right(client, 4)}"/>`);
      expect(ucwa.invitationEvents()).toEqual([
        expect.objectContaining({ rel: 'audioVideoInvitation', type: 'started', href: '/i/1', ack: 3 }),
      ]);
    });
  });

  it('PUT /sim/resources serves a body to GET and takes what is posted there, from those with a ticket', async () => {
    const client = await signIn(ucwa);
    const path = '/ucwa/v1/applications/192/communication/invitations/507';
    expect((await control('PUT', '/sim/resources', { path, body: sample })).status).toBe(204);
    expect((await client.get(path)).data).toEqual(sample);
    expect((await client.send('POST', path)).status).toBe(204);
    expect((await ucwa.http.get(path)).status).toBe(401);
  });

  it('GET /sim/ledger has every event, command, request of the lifecycle and for a token, in order', async () => {
    const client = await signIn(ucwa);
    const { invitation } = ucwa.ring();
    await client.send('POST', `${invitation}/decline`, { reason: 'Busy' });
    await client.send('POST', `${invitation}/decline?x=1`, { reason: 'Local' });
    const { data } =
      await ucwa.http.get<Record<'events' | 'commands' | 'lifecycle' | 'tokenRequests', Record<string, unknown>[]>>(
        '/sim/ledger',
      );
    expect(Object.keys(data)).toEqual(['events', 'commands', 'lifecycle', 'tokenRequests']);
    expect(data.events.map(({ rel, type }) => `${String(rel)} ${String(type)}`)).toEqual([
      'communication updated',
      'me updated',
      'presence added',
      'note added',
      'location added',
      'audioVideoInvitation started',
      'conversation added',
      'localParticipant added',
      'participant added',
      'audioVideoInvitation updated',
      'audioVideoInvitation completed',
      'audioVideo updated',
      'conversation updated',
      'conversation deleted',
    ]);
    expect(data.commands).toEqual([
      {
        account: 'sip:reception@contoso.com',
        method: 'POST',
        href: `${invitation}/decline`,
        action: 'decline',
        status: 400,
        body: '{"reason":"Busy"}',
        at: '2026-01-15T12:00:00.000Z',
      },
      {
        account: 'sip:reception@contoso.com',
        method: 'POST',
        href: `${invitation}/decline`,
        action: 'decline',
        status: 204,
        body: '{"reason":"Local"}',
        query: { x: '1' },
        at: '2026-01-15T12:00:00.000Z',
      },
    ]);
    expect(data.lifecycle.map(({ action, status }) => [action, status])).toEqual([
      ['createApplication', 201],
      ['makeMeAvailable', 204],
    ]);
    expect(data.tokenRequests).toHaveLength(1);
  });

  it.each([
    ['?account=sip:nobody@contoso.com', []],
    ['?from=8', ['participant']],
    ['?account=reception@contoso.com&from=7', ['localParticipant', 'participant']],
    ['?from=100', []],
  ])('GET /sim/ledger%s has only those events', async (query, rels) => {
    await signIn(ucwa);
    ucwa.ring();
    expect(
      (await ucwa.http.get<{ events: { rel: string }[] }>(`/sim/ledger${query}`)).data.events.map(({ rel }) => rel),
    ).toEqual(rels);
  });
});
