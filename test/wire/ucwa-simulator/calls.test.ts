import type { ArrangementRequest } from '../../../infra/local/ucwa/calls/arrangements';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import { eventsOf, nextOf, reported, signIn, type Client, type EventBody } from './client';

type SignedIn = Client & { readonly next: string };

describe('a call that the client starts', () => {
  let clock: FakeClock;
  let ucwa: TestUcwa;

  beforeEach(async () => {
    clock = createFakeClock();
    ucwa = await startTestUcwa({ clock });
  });
  afterEach(() => ucwa.close());

  const start = (client: Client, body: object = {}) =>
    client.send('POST', `${client.path}/communication/phoneAudioInvitations`, {
      to: 'sip:bob@contoso.com',
      operationId: 'op-1',
      ...body,
    });

  /** Started as arranged, and everything that was told within `seconds`. */
  const eventsWithin = async (seconds: number, arrangement: ArrangementRequest): Promise<EventBody[]> => {
    const client = await signIn(ucwa);
    ucwa.simulator.arrangements.arrange(arrangement);
    await start(client);
    await clock.advance(seconds * 1000);
    return eventsOf(await client.poll(client.next));
  };

  const talking = async (arrangement: ArrangementRequest = {}, body: object = {}) => {
    const client = await signIn(ucwa);
    ucwa.simulator.arrangements.arrange({ afterSeconds: 2, ...arrangement });
    const { headers } = await start(client, body);
    await clock.advance(2000);
    const events = await client.poll(client.next);
    const modality = eventsOf(events).findLast(({ link }) => link.rel === 'phoneAudio');
    return { client, events, invitation: String(headers['location']), modality, path: modality?.link.href ?? '' };
  };

  const linksOf = async (client: SignedIn, path: string): Promise<string[]> =>
    Object.keys((await client.get(path)).data._links).filter((rel) => /PhoneAudio$/.test(rel));

  it('is told in the documented order: both legs ring, then the answer and the outcome in one package', async () => {
    const client = await signIn(ucwa);
    ucwa.simulator.arrangements.arrange({ afterSeconds: 3 });
    const pending = client.poll(client.next);
    await ucwa.simulator.whenPolling();
    expect((await start(client)).status).toBe(201);
    const first = await pending;
    expect(reported(first)).toEqual([
      'communication: phoneAudioInvitation started',
      'communication: conversation added',
      'conversation: localParticipant added',
      'conversation: phoneAudio updated',
    ]);
    expect(eventsOf(first)[0]?._embedded?.['phoneAudioInvitation']).toMatchObject({
      direction: 'Outgoing',
      state: 'Connecting',
      operationId: 'op-1',
      phoneNumber: '+14255550199',
    });
    expect(Object.keys(eventsOf(first)[3]?._embedded?.['phoneAudio']?._links ?? {})).toContain('stopPhoneAudio');

    const alerting = client.poll(nextOf(first));
    await ucwa.simulator.whenPolling();
    await clock.advance(1000);
    expect(eventsOf(await alerting)[0]?._embedded?.['phoneAudioInvitation']).toMatchObject({ state: 'Alerting' });

    const answered = client.poll(nextOf(await alerting));
    await ucwa.simulator.whenPolling();
    await clock.advance(2000);
    expect(reported(await answered)).toEqual([
      'communication: conversation updated',
      'conversation: participant added',
      'conversation: participantAudio added',
      'conversation: participantAudio added',
      'conversation: phoneAudio updated',
      'communication: phoneAudioInvitation completed',
    ]);
    const participant = eventsOf(await answered)[1];
    expect(participant).toMatchObject({ link: { title: '' } });
    expect(participant?._embedded).toBeUndefined();
  });

  it.each<[string, ArrangementRequest, number, { code: string; subcode: string }]>([
    ['the own phone fails', { ownPhone: 'fails' }, 1, { code: 'LocalFailure', subcode: 'PstnCallFailed' }],
    ['the own phone is not answered', { ownPhone: 'noAnswer' }, 30, { code: 'LocalFailure', subcode: 'Timeout' }],
    ['the callee is busy', { callee: 'busy', afterSeconds: 2 }, 2, { code: 'RemoteFailure', subcode: 'Busy' }],
    ['the callee declines', { callee: 'declines', afterSeconds: 2 }, 2, { code: 'RemoteFailure', subcode: 'Declined' }],
    ['the callee does not answer', { callee: 'noAnswer' }, 30, { code: 'RemoteFailure', subcode: 'Timeout' }],
  ])('fails when %s, and its conversation ends', async (_, arrangement, seconds, reason) => {
    const events = await eventsWithin(seconds, arrangement);
    const at = events.findIndex(({ type }) => type === 'completed');
    expect(events[at]).toMatchObject({
      status: 'Failure',
      reason,
      _embedded: { phoneAudioInvitation: { state: 'Failed' } },
    });
    expect(events.slice(at + 1).map(({ link, type }) => `${link.rel} ${type}`)).toEqual([
      'phoneAudio updated',
      'conversation updated',
      'conversation deleted',
    ]);
  });

  it.each<[string, (at: Awaited<ReturnType<typeof talking>>) => Promise<unknown>, string]>([
    ['the stop link', ({ client, path }) => client.send('POST', `${path}/terminate`), 'stopPhoneAudio'],
    [
      'DELETE of the conversation',
      ({ client, path }) => client.send('DELETE', path.replace(/\/phoneAudio$/, '')),
      'deleteConversation',
    ],
    [
      'the other side',
      ({ invitation }) => ucwa.http.post(`/sim/calls/${invitation.split('/').at(-1) ?? ''}/hangup`),
      '',
    ],
    ['its own length', () => clock.advance(60_000), ''],
  ])('is hung up by %s, which leaves nothing to be done', async (_, hangUp, action) => {
    const talk = await talking();
    await hangUp(talk);
    expect(reported(await talk.client.poll(nextOf(talk.events)))).toEqual([
      'conversation: phoneAudio updated',
      'conversation: participant deleted',
      'communication: conversation updated',
      'communication: conversation deleted',
    ]);
    expect((await talk.client.get(talk.path)).status).toBe(404);
    expect((await talk.client.send('POST', `${talk.path}/terminate`)).status).toBe(404);
    if (action !== '') expect(ucwa.simulator.ledger.commands.map((command) => command.action)).toContain(action);
  });

  it('goes on when its invitation is long forgotten', async () => {
    const { client, invitation, path } = await talking({ talkSeconds: 600 });
    await clock.advance(61_000);
    expect((await client.get(invitation)).status).toBe(404);
    expect((await client.get(path)).data).toMatchObject({ state: 'Connected' });
    expect((await client.send('POST', `${path}/terminate`)).status).toBe(204);
  });

  it('is held and resumed: only the links change places, and the modality is told', async () => {
    const { client, events, path } = await talking();
    expect(await linksOf(client, path)).toEqual(['stopPhoneAudio', 'holdPhoneAudio']);
    expect((await client.send('POST', `${path}/hold`)).status).toBe(204);
    expect(await linksOf(client, path)).toEqual(['stopPhoneAudio', 'resumePhoneAudio']);
    expect((await client.send('POST', `${path}/hold`)).status).toBe(404);
    expect((await client.send('POST', `${path}/resume`)).status).toBe(204);
    expect(
      eventsOf(await client.poll(nextOf(events))).map(({ _embedded }) => _embedded?.['phoneAudio']?.['state']),
    ).toEqual(['Connected', 'Connected']);
  });

  it.each<[ArrangementRequest, string[]]>([
    [{ holdLinked: false }, ['stopPhoneAudio']],
    [{ stopLinked: false, holdLinked: false }, []],
  ])('links what policy allows: %j', async (arrangement, links) => {
    const { client, path } = await talking(arrangement);
    expect(await linksOf(client, path)).toEqual(links);
  });

  it('cancelled too late is hung up: both have one address', async () => {
    const { client, invitation, path } = await talking();
    expect((await client.get(invitation)).data._links).not.toHaveProperty('cancel');
    expect((await client.send('POST', `${path}/terminate`)).status).toBe(204);
    expect(ucwa.simulator.ledger.commands.at(-1)?.action).toBe('stopPhoneAudio');
  });

  it('is another call each time, whatever its operationId', async () => {
    const client = await signIn(ucwa);
    const [one, other] = [await start(client), await start(client)];
    expect(one.headers['location']).not.toBe(other.headers['location']);
  });

  it('may have another address in the response than in its events; both lead to it', async () => {
    const { client, invitation, events } = await talking({ otherLocation: true });
    const self = eventsOf(events)[0]?.link.href ?? '';
    expect(self).not.toBe(invitation);
    expect((await client.get(invitation)).data).toEqual((await client.get(self)).data);
  });

  it('keeps the thread and the phone that it was started with', async () => {
    const { client, invitation } = await talking({}, { threadId: 'thread-1', phoneNumber: 'tel:+4930555001' });
    expect((await client.get(invitation)).data).toMatchObject({ threadId: 'thread-1', phoneNumber: 'tel:+4930555001' });
  });

  it('needs no makeMeAvailable', async () => {
    expect((await start(await signIn(ucwa, { modalities: [] }))).status).toBe(201);
  });

  it('is refused where policy links no phone calls', async () => {
    const client = await signIn(ucwa);
    ucwa.simulator.arrangements.setPolicy({ startPhoneAudio: false });
    const { data } = await client.get(`${client.path}/communication`);
    expect(data._links).not.toHaveProperty('startPhoneAudio');
    expect(await start(client)).toMatchObject({ status: 403, data: '' });
  });

  it('is refused for a callee that is no address', async () => {
    expect(await start(await signIn(ucwa), { to: 'nobody' })).toMatchObject({
      status: 400,
      data: { subcode: 'NormalizationFailed' },
    });
  });
});
