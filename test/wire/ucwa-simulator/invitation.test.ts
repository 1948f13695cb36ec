import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import { eventsOf, nextOf, signIn, reported, type Client, type ResourceBody } from './client';

describe('an invitation', () => {
  let clock: FakeClock;
  let ucwa: TestUcwa;

  beforeEach(async () => {
    clock = createFakeClock();
    ucwa = await startTestUcwa({ clock });
  });
  afterEach(() => ucwa.close());

  const ringing = async (
    client: Client & { next: string },
    request = {},
  ): Promise<{ invitation: ResourceBody; id: string; path: string; next: string }> => {
    const { id, invitation: path } = ucwa.ring(request);
    const response = await client.poll(client.next);
    return {
      invitation: eventsOf(response)[0]?._embedded?.['audioVideoInvitation'] as ResourceBody,
      id,
      path,
      next: nextOf(response),
    };
  };

  it('is told in the documented order: started, then the conversation and the local participant, then the caller', async () => {
    const client = await signIn(ucwa);
    const pending = client.poll(client.next);
    await ucwa.simulator.whenPolling();
    ucwa.ring();
    const first = await pending;
    expect(reported(first)).toEqual([
      'communication: audioVideoInvitation started',
      'communication: conversation added',
      'conversation: localParticipant added',
    ]);
    const second = await client.poll(nextOf(first));
    expect(reported(second)).toEqual(['conversation: participant added']);
    expect(eventsOf(second)[0]?._embedded).toBeUndefined();
  });

  it('shows an incoming audio-video call as servers do: who calls, and what can be done', async () => {
    const client = await signIn(ucwa);
    const { invitation } = await ringing(client, { subject: 'Door', modalities: ['audio', 'video'] });
    expect(invitation).toMatchObject({
      state: 'Connecting',
      direction: 'Incoming',
      importance: 'Normal',
      subject: 'Door',
      rel: 'audioVideoInvitation',
    });
    expect(invitation).not.toHaveProperty('operationId');
    expect(invitation).not.toHaveProperty('to');
    expect(invitation._embedded?.['from']).toMatchObject({
      rel: 'participant',
      uri: 'sip:alice@contoso.com',
      name: 'Alice',
      sourceNetwork: 'SameEnterprise',
      anonymous: false,
      local: false,
    });
    expect(Object.keys(invitation._links)).toEqual([
      'self',
      'to',
      'conversation',
      'audioVideo',
      'mediaOffer',
      'reportMediaDiagnostics',
      'acceptWithAnswer',
      'acceptWithPhoneAudio',
      'sendProvisionalAnswer',
      'decline',
    ]);
    expect(invitation._links['mediaOffer']?.href).toMatch(
      /^data:multipart\/alternative;charset=utf-8;boundary=[0-9a-f-]{36},--/,
    );
  });

  it.each([
    ['the account has not registered PhoneAudio', { modalities: ['Audio'] }, {}],
    ['no number and no line is known', { phoneNumber: '' }, {}],
    ['the call was made without it', {}, { phoneAudio: false }],
  ])('links no acceptWithPhoneAudio when %s', async (_, options, request) => {
    const client = await signIn(ucwa, options);
    const { invitation } = await ringing(client, request);
    expect(invitation._links).not.toHaveProperty('acceptWithPhoneAudio');
    expect(invitation._links).toHaveProperty('acceptWithAnswer');
  });

  it.each([
    ['the number of makeMeAvailable', {}, {}],
    ['the line of the user', { phoneNumber: '' }, { line: true }],
  ])('links acceptWithPhoneAudio where the call can go to %s', async (_, options, request) => {
    const client = await signIn(ucwa, options);
    const { invitation } = await ringing(client, request);
    expect(invitation._links).toHaveProperty('acceptWithPhoneAudio');
  });

  it('shows a conference call as what it is, and what is in the meeting', async () => {
    const client = await signIn(ucwa);
    const { path } = await ringing(client, { onlineMeeting: true, modalities: ['audio', 'messaging'] });
    const { data } = await client.get(path);
    expect(path).toMatch(/\/onlineMeetingInvitations\/[0-9a-f]{32}$/);
    expect(data).toMatchObject({
      rel: 'onlineMeetingInvitation',
      direction: 'Incoming',
      availableModalities: ['Audio', 'Messaging'],
      onlineMeetingUri: expect.stringMatching(/;opaque=app:conf:focus:id:/) as string,
    });
    expect(Object.keys(data._links)).toEqual(['self', 'to', 'conversation', 'accept', 'decline']);
    expect((await client.send('POST', `${path}/decline`, { reason: 'Global' })).status).toBe(204);
  });

  it('links what fits a phone-audio call: accept and decline, no media', async () => {
    const client = await signIn(ucwa);
    const { path } = await ringing(client, { modalities: ['phoneAudio'], from: '+442079460000' });
    const { data } = await client.get(path);
    expect(data).toMatchObject({
      rel: 'phoneAudioInvitation',
      to: 'sip:reception@contoso.com',
      phoneNumber: '+14255550199',
      _embedded: { from: { uri: 'tel:+442079460000', sourceNetwork: 'Everyone' } },
    });
    expect(Object.keys(data._links)).toEqual(['self', 'to', 'conversation', 'phoneAudio', 'accept', 'decline']);
  });

  it('may be told by links only, and read where they lead', async () => {
    const client = await signIn(ucwa);
    ucwa.ring({ linkOnly: true });
    const [started] = eventsOf(await client.poll(client.next));
    expect(started).toEqual({
      link: { rel: 'audioVideoInvitation', href: expect.any(String) as string },
      type: 'started',
    });
    expect((await client.get(started?.link.href ?? '')).data).toMatchObject({
      state: 'Connecting',
      rel: 'audioVideoInvitation',
    });
  });

  it.each([
    ['conversation', 'conversation'],
    ['audioVideo', 'audioVideo'],
    ['to', 'contact'],
  ])('leads to its %s', async (link, rel) => {
    const client = await signIn(ucwa);
    const { invitation } = await ringing(client);
    const { status, data } = await client.get(invitation._links[link]?.href ?? '');
    expect([status, data.rel]).toEqual([200, rel]);
  });

  it('leads to its participants and the contacts behind them', async () => {
    const client = await signIn(ucwa);
    const { invitation } = await ringing(client);
    const from = invitation._embedded?.['from'] as ResourceBody;
    expect((await client.get(from._links['self']?.href ?? '')).data).toEqual(from);
    expect((await client.get(from._links['contact']?.href ?? '')).data).toMatchObject({
      rel: 'contact',
      uri: 'sip:alice@contoso.com',
    });
    expect(
      (await client.get(`${invitation._links['conversation']?.href ?? ''}/participants`)).data._embedded?.[
        'participant'
      ],
    ).toHaveLength(2);
  });

  it('is among the active conversations until it ends', async () => {
    const client = await signIn(ucwa);
    const { invitation, id } = await ringing(client);
    const active = async (): Promise<unknown> =>
      (await client.get(`${client.path}/communication/conversations?filter=active`)).data._links;
    expect(await active()).toEqual({ conversation: [{ href: invitation._links['conversation']?.href }] });
    ucwa.simulator.hangUp(id);
    expect(await active()).toEqual({ conversation: [] });
  });

  const sdp = 'v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 1 RTP/AVP 0\r\n';
  const asSdp = { 'Content-Type': 'application/sdp' };

  it.each([
    ['acceptWithAnswer?sessionContext=c1&processedOfferId=o1', sdp, asSdp, 'Success', 'Connected', undefined],
    ['acceptWithPhoneAudio', undefined, {}, 'Success', 'Connected', undefined],
    ['decline', { reason: 'Local' }, {}, 'Failure', 'Failed', { code: 'LocalFailure', subcode: 'Declined' }],
  ])(
    'answers %s with 204, tells the outcome on the channel, and is resolved afterwards',
    async (action, body, headers, status, state, reason) => {
      const client = await signIn(ucwa);
      const { path, next } = await ringing(client);
      const commanded = ucwa.simulator.nextCommand();
      const { status: answered, data } = await client.send('POST', `${path}/${action}`, body, headers);
      expect([answered, data]).toEqual([204, '']);
      expect(await commanded).toMatchObject({
        action: action.split('?')[0],
        href: `${path}/${action.split('?')[0] ?? ''}`,
        status: 204,
      });

      const outcome = eventsOf(await client.poll(next)).filter(({ link }) => link.href === path);
      expect(outcome.map(({ type }) => type)).toEqual(['updated', 'completed']);
      expect(outcome[0]?._embedded?.['audioVideoInvitation']).toMatchObject({ state: 'Connecting' });
      expect(outcome[0]?._embedded?.['audioVideoInvitation']?._links).not.toHaveProperty('decline');
      expect(outcome[1]).toMatchObject({ status, _embedded: { audioVideoInvitation: { state } } });
      expect(outcome[1]?.reason ?? {}).toMatchObject(reason ?? {});

      expect((await client.send('POST', `${path}/decline`, { reason: 'Global' })).status).toBe(409);
      await clock.advance(60_000);
      expect((await client.send('POST', `${path}/decline`, { reason: 'Global' })).status).toBe(404);
      expect((await client.get(path)).status).toBe(404);
    },
  );

  it('tells of the media between the answer and the outcome', async () => {
    const client = await signIn(ucwa);
    const { path, next } = await ringing(client);
    await client.send('POST', `${path}/acceptWithPhoneAudio`);
    const events = reported(await client.poll(next));
    expect(events.slice(events.indexOf('communication: audioVideoInvitation updated'))).toEqual([
      'communication: audioVideoInvitation updated',
      'conversation: audioVideo updated',
      'communication: conversation updated',
      'conversation: localParticipant updated',
      'conversation: participant updated',
      'conversation: audioVideoSession added',
      'conversation: participantAudio added',
      'conversation: participantAudio added',
      'communication: audioVideoInvitation completed',
    ]);
  });

  it.each([
    [
      'an answer that is no SDP',
      'acceptWithAnswer?sessionContext=c1',
      'hello',
      asSdp,
      400,
      { subcode: 'ParameterValidationFailure', parameters: [{ name: 'sdp', reason: 'Invalid' }] },
    ],
    [
      'an answer without sessionContext',
      'acceptWithAnswer',
      sdp,
      asSdp,
      400,
      { subcode: 'ParameterValidationFailure', parameters: [{ name: 'sessionContext', reason: 'Missing' }] },
    ],
    [
      'an answer that is not application/sdp',
      'acceptWithAnswer?sessionContext=c1',
      sdp,
      { 'Content-Type': 'text/plain' },
      415,
      { code: 'UnsupportedMediaType' },
    ],
    [
      'an unknown reason',
      'decline',
      { reason: 'Tired' },
      {},
      400,
      { subcode: 'ParameterValidationFailure', parameters: [{ name: 'reason', reason: 'Invalid' }] },
    ],
    ['an action that is not linked', 'cancel', undefined, {}, 404, { code: 'NotFound' }],
  ])('refuses %s and rings on', async (_, action, body, headers, status, error) => {
    const client = await signIn(ucwa);
    const { path } = await ringing(client);
    const refused = await client.send('POST', `${path}/${action}`, body, headers);
    expect(refused.status).toBe(status);
    expect(refused.data).toMatchObject(error);
    expect(refused.headers['content-type']).toMatch(/^application\/json/);
    expect((await client.get(path)).data._links).toHaveProperty('decline');
  });

  it('rings at every endpoint of the user; the one that answers ends the others', async () => {
    const one = await signIn(ucwa, { endpointId: 'one' });
    const other = await signIn(ucwa, { endpointId: 'other' });
    const { path } = await ringing(one);
    await one.send('POST', `${path}/acceptWithPhoneAudio`);
    expect(eventsOf(await other.poll(other.next)).find(({ type }) => type === 'completed')).toMatchObject({
      status: 'Failure',
      reason: { subcode: 'ConnectedElsewhere' },
    });
  });

  it.each([
    ['Local', true],
    ['Global', false],
  ])('declined with %s leaves the other endpoints ringing: %s', async (reason, ringsOn) => {
    const one = await signIn(ucwa, { endpointId: 'one' });
    const other = await signIn(ucwa, { endpointId: 'other' });
    const { path, id } = await ringing(one);
    await one.send('POST', `${path}/decline`, { reason });
    const { data } = await other.get(`${other.path}/communication/audioVideoInvitations/${id}`);
    expect('decline' in data._links).toBe(ringsOn);
  });

  it('can be cancelled when it is ours', async () => {
    const client = await signIn(ucwa);
    const { invitation: path } = ucwa.ring({ scenario: 'outgoing', to: 'sip:bob@contoso.com' });
    const { data } = await client.get(path);
    expect(data).toMatchObject({
      direction: 'Outgoing',
      to: 'sip:bob@contoso.com',
    });
    expect(Object.keys(data._links)).toEqual([
      'self',
      'from',
      'to',
      'conversation',
      'audioVideo',
      'reportMediaDiagnostics',
      'cancel',
    ]);
    expect((await client.send('POST', data._links['cancel']?.href ?? '')).status).toBe(204);
    expect((await client.get(path)).data).toMatchObject({ state: 'Cancelled' });
  });

  it('started by the client is on the channel by the time its own request is answered', async () => {
    const client = await signIn(ucwa);
    const pending = client.poll(client.next);
    await ucwa.simulator.whenPolling();
    const { status, headers } = await client.send('POST', `${client.path}/communication/phoneAudioInvitations`, {
      to: 'sip:bob@contoso.com',
      operationId: 'op-1',
    });
    expect(status).toBe(201);
    expect(eventsOf(await pending)[0]).toMatchObject({
      type: 'started',
      link: { href: headers['location'] as string },
      _embedded: { phoneAudioInvitation: { operationId: 'op-1', direction: 'Outgoing', state: 'Connecting' } },
    });
  });

  it('is gone for a client that lost its application', async () => {
    const client = await signIn(ucwa);
    const { path } = await ringing(client);
    ucwa.fault({ kind: 'applicationDropped', subcode: 'InactiveApplicationExpired' });
    const { status, data } = await client.get(path);
    expect([status, data['subcode']]).toEqual([404, 'InactiveApplicationExpired']);
  });
});
