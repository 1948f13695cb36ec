import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import { eventsOf, nextOf, signIn, reported } from './client';

const MINUTE_MS = 60_000;

describe('an application', () => {
  let clock: FakeClock;
  let ucwa: TestUcwa;

  beforeEach(async () => {
    clock = createFakeClock();
    ucwa = await startTestUcwa({ clock });
  });
  afterEach(() => ucwa.close());

  const create = (token: string, body: unknown) =>
    ucwa.http.post<{ id: string; subcode?: string; _links: Record<string, { href: string }> }>(
      '/ucwa/oauth/v1/applications',
      body,
      { headers: { Authorization: `Bearer ${token}` } },
    );

  it('embeds me, people, onlineMeetings and communication, under host-relative hrefs', async () => {
    const { application, path } = await signIn(ucwa, { modalities: [] });
    expect(path).toMatch(/^\/ucwa\/oauth\/v1\/applications\/\d+$/);
    expect(Object.keys(application._links)).toEqual(['self', 'policies', 'batch', 'events']);
    expect(Object.keys(application._embedded ?? {})).toEqual(['me', 'people', 'onlineMeetings', 'communication']);
    expect(application._links['events']?.href).toBe(`${path}/events?ack=1`);
  });

  it('is the same one for the same user and endpoint (200), with the ack that is due', async () => {
    const client = await signIn(ucwa);
    const again = await create(client.token, { userAgent: 'test', endpointId: 'endpoint-1', culture: 'en-GB' });
    expect(again.status).toBe(200);
    expect(again.data._links['self']?.href).toBe(client.path);
    // The first package was read and not acknowledged: it is still the one that is due.
    expect(again.data._links['events']?.href).toBe(`${client.path}/events?ack=1`);
    await client.get(`${client.path}/events?ack=3`);
    const pending = client.poll(client.next);
    await ucwa.simulator.whenPolling();
    expect(
      (await create(client.token, { userAgent: 'test', endpointId: 'endpoint-1', culture: 'en-GB' })).data._links[
        'events'
      ]?.href,
    ).toBe(client.next);
    ucwa.ring();
    await pending;
  });

  it('is another one for another endpoint or user (201)', async () => {
    const one = await signIn(ucwa, { endpointId: 'one' });
    const { status, data } = await create(one.token, { userAgent: 'test', endpointId: 'other', culture: 'en-GB' });
    const bob = await signIn(ucwa, { username: 'bob@contoso.com', endpointId: 'one' });
    expect(status).toBe(201);
    expect(new Set([one.application['id'], data.id, bob.application['id']]).size).toBe(3);
    expect((await bob.get(one.path)).status).toBe(403);
  });

  it.each([
    ['no endpointId', { userAgent: 'a', culture: 'c' }, { name: 'endpointId', reason: 'Invalid' }],
    [
      'a userAgent of 101 characters',
      { userAgent: 'a'.repeat(101), endpointId: 'e', culture: 'c' },
      { name: 'userAgent', reason: 'TooLong' },
    ],
  ])('refuses %s', async (_, body, parameter) => {
    const { token } = await signIn(ucwa);
    const { status, data } = await create(token, body);
    expect([status, data]).toEqual([
      400,
      expect.objectContaining({ code: 'BadRequest', subcode: 'ParameterValidationFailure', parameters: [parameter] }),
    ]);
  });

  it('refuses a user’s seventeenth with TooManyApplications', async () => {
    const { token } = await signIn(ucwa, { endpointId: '0' });
    for (let index = 1; index < 16; index++)
      await create(token, { userAgent: 'a', endpointId: String(index), culture: 'c' });
    const { status, data } = await create(token, { userAgent: 'a', endpointId: '16', culture: 'c' });
    expect([status, data.subcode]).toEqual([409, 'TooManyApplications']);
  });

  it('makes its user available once; the link goes, others come, and the channel tells', async () => {
    const client = await signIn(ucwa, { modalities: [] });
    const before = (await client.get(`${client.path}/me`)).data;
    expect(before._links).toHaveProperty('makeMeAvailable');
    expect(before._links).not.toHaveProperty('reportMyActivity');
    const activity = await client.send('POST', `${client.path}/me/reportMyActivity`);
    expect([activity.status, activity.data['subcode']]).toEqual([409, 'MakeMeAvailableRequired']);

    expect(
      (
        await client.send('POST', `${client.path}/me/makeMeAvailable`, {
          supportedModalities: ['Messaging', 'PhoneAudio'],
        })
      ).status,
    ).toBe(204);
    const again = await client.send('POST', `${client.path}/me/makeMeAvailable`, { supportedModalities: ['Audio'] });
    expect([again.status, again.data['subcode']]).toEqual([409, 'AlreadyExists']);

    const after = (await client.get(client.path)).data;
    expect(Object.keys(after._embedded?.['me']?._links ?? {})).toEqual(
      expect.arrayContaining(['presence', 'note', 'location', 'reportMyActivity']),
    );
    expect(after._embedded?.['me']?._links).not.toHaveProperty('makeMeAvailable');
    expect(after._embedded?.['communication']).toMatchObject({ supportedModalities: ['Messaging', 'PhoneAudio'] });
    expect((await client.send('POST', `${client.path}/me/reportMyActivity`)).status).toBe(204);
    expect(reported(await client.poll(client.next))).toEqual([
      'communication: communication updated',
      'me: me updated',
      'me: presence added',
      'me: note added',
      'me: location added',
    ]);
  });

  it('refuses a modality that nobody knows', async () => {
    const client = await signIn(ucwa, { modalities: [] });
    const { status, data } = await client.send('POST', `${client.path}/me/makeMeAvailable`, {
      supportedModalities: ['Telepathy'],
    });
    expect([status, data['parameters']]).toEqual([400, [{ name: 'supportedModalities', reason: 'Invalid' }]]);
  });

  it.each([
    ['no If-Match', {}, true, 428],
    ['a stale If-Match', { 'If-Match': '1' }, true, 412],
    ['the echoed property missing', undefined, false, 400],
    ['everything echoed', undefined, true, 200],
  ])('answers a PUT of communication with %s', async (_, headers, echo, status) => {
    const client = await signIn(ucwa);
    const { data } = await client.get(`${client.path}/communication`);
    const etag = String(data['etag']);
    const body = echo
      ? data
      : Object.fromEntries(Object.entries(data).filter(([, value]) => value !== 'please pass this in a PUT request'));
    expect(
      (await client.send('PUT', `${client.path}/communication`, body, headers ?? { 'If-Match': etag })).status,
    ).toBe(status);
  });

  it('ends with DELETE: what is under it is 404, a pending poll included', async () => {
    const client = await signIn(ucwa);
    const pending = client.poll(client.next);
    await ucwa.simulator.whenPolling();
    expect((await client.send('DELETE', client.path)).status).toBe(204);
    const { status, data } = await pending;
    expect([status, data]).toEqual([
      404,
      expect.objectContaining({ code: 'NotFound', subcode: 'ApplicationNotFound' }),
    ]);
    expect((await client.get(client.path)).status).toBe(404);
  });

  it('is dropped 15 minutes after its last poll, and what it had not told is marked as forgotten', async () => {
    const client = await signIn(ucwa);
    const pending = client.poll(client.next);
    await ucwa.simulator.whenPolling();
    await clock.advance(3 * MINUTE_MS);
    const next = nextOf(await pending);
    ucwa.ring({ ringSeconds: 3600 });
    await clock.advance(15 * MINUTE_MS - 1);
    expect((await client.get(client.path)).status).toBe(200);
    await clock.advance(1);
    const { status, data } = await client.poll(next);
    expect([status, data]).toEqual([404, expect.objectContaining({ subcode: 'InactiveApplicationExpired' })]);
    expect(ucwa.invitationEvents()).toEqual([
      expect.objectContaining({ type: 'started', ack: null, acknowledged: false, forgotten: true }),
    ]);
    const created = await create(client.token, { userAgent: 'test', endpointId: 'endpoint-1', culture: 'en-GB' });
    expect(created.status).toBe(201);
    expect(created.data._links['self']?.href).not.toBe(client.path);
  });

  it('stays as long as a poll waits, however long', async () => {
    const client = await signIn(ucwa);
    const pending = client.poll(`${client.next}&timeout=1800`);
    await ucwa.simulator.whenPolling();
    await clock.advance(29 * MINUTE_MS);
    ucwa.ring();
    expect(eventsOf(await pending)[0]?.type).toBe('started');
  });

  it('answers what it does not know as UCWA does: JSON with code and message, and who answered', async () => {
    const client = await signIn(ucwa);
    const { status, data, headers } = await client.get(`${client.path}/nothing`);
    expect([status, data]).toEqual([404, { code: 'NotFound', message: expect.any(String) as string }]);
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-ms-server-fqdn': 'fe1.contoso.com',
    });
  });
});
