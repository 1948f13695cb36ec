import { callPlanSchema, type CallRequest, type Scenario } from '../../../infra/local/ucwa/calls/callPlan';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import { eventsOf, signIn, type EventBody } from './client';

describe('a call’s scenario', () => {
  let clock: FakeClock;
  let ucwa: TestUcwa;

  beforeEach(async () => {
    clock = createFakeClock();
    ucwa = await startTestUcwa({ clock });
  });
  afterEach(() => ucwa.close());

  /** Everything that was told of the call's invitation, once `seconds` have passed. */
  const eventsAfter = async (seconds: number, request: Partial<CallRequest>): Promise<EventBody[]> => {
    const client = await signIn(ucwa);
    const { invitation } = ucwa.ring(request);
    await clock.advance(seconds * 1000);
    return eventsOf(await client.poll(client.next)).filter(({ link }) => link.href === invitation);
  };

  it.each<[Scenario, number, string[], string, string, { code: string; subcode: string } | undefined]>([
    ['answered', 2, ['started', 'updated', 'completed'], 'Success', 'Connected', undefined],
    [
      'declined',
      2,
      ['started', 'updated', 'completed'],
      'Failure',
      'Failed',
      { code: 'LocalFailure', subcode: 'Declined' },
    ],
    [
      'cancelled',
      2,
      ['started', 'updated', 'completed'],
      'Failure',
      'Cancelled',
      { code: 'Informational', subcode: 'Canceled' },
    ],
    [
      'answeredElsewhere',
      2,
      ['started', 'updated', 'completed'],
      'Failure',
      'Failed',
      { code: 'Informational', subcode: 'ConnectedElsewhere' },
    ],
    [
      'forwarded',
      2,
      ['started', 'updated', 'completed'],
      'Failure',
      'Failed',
      { code: 'Informational', subcode: 'Redirected' },
    ],
    [
      'missed',
      30,
      ['started', 'updated', 'completed'],
      'Failure',
      'Failed',
      { code: 'Informational', subcode: 'Missed' },
    ],
    ['outgoing', 20, ['started', 'updated', 'completed'], 'Success', 'Connected', undefined],
  ])('%s ends by itself after %i s', async (scenario, seconds, types, status, state, reason) => {
    const events = await eventsAfter(seconds, { scenario });
    expect(events.map(({ type }) => type)).toEqual(types);
    const last = events.at(-1);
    expect(last).toMatchObject({ status, _embedded: { audioVideoInvitation: { state } } });
    expect(last?.reason).toEqual(reason === undefined ? undefined : expect.objectContaining(reason));
  });

  it.each<[Scenario, number]>([
    ['answered', 1.9],
    ['missed', 29.9],
    ['outgoing', 19.9],
  ])('%s has not ended after %d s', async (scenario, seconds) => {
    expect((await eventsAfter(seconds, { scenario })).map(({ type }) => type)).not.toContain('completed');
  });

  it('comes when the call says so', async () => {
    expect((await eventsAfter(1, { scenario: 'answered', afterSeconds: 1 })).at(-1)?.type).toBe('completed');
  });

  it('does not come any more when somebody acted before', async () => {
    const client = await signIn(ucwa);
    const { invitation } = ucwa.ring({ scenario: 'answered' });
    await client.send('POST', `${invitation}/decline`, { reason: 'Global' });
    await clock.advance(30_000);
    const completed = ucwa.invitationEvents().filter(({ type }) => type === 'completed');
    expect(completed.map(({ state }) => state)).toEqual(['Failed']);
  });

  it('none: it rings until the ring time is over, and is missed', async () => {
    const events = await eventsAfter(12, { ringSeconds: 12 });
    expect(events.at(-1)).toMatchObject({ type: 'completed', reason: { subcode: 'Missed' } });
  });

  it('names who forwarded it, and for whom it was meant', async () => {
    const client = await signIn(ucwa);
    const { invitation } = ucwa.ring({
      onBehalfOf: 'boss@contoso.com',
      forwardedBy: 'sip:bob@contoso.com',
      delegator: 'boss@contoso.com',
      transferredBy: '+15550100',
    });
    const { data } = await client.get(invitation);
    expect(data['delegator']).toBe('sip:boss@contoso.com');
    for (const [link, uri] of Object.entries({
      onBehalfOf: 'sip:boss@contoso.com',
      forwardedBy: 'sip:bob@contoso.com',
      transferredBy: 'tel:+15550100',
    })) {
      expect((await client.get(data._links[link]?.href ?? '')).data).toMatchObject({ rel: 'contact', uri });
    }
  });

  it('an answered call ends after a minute of talk, or when the other side hangs up', async () => {
    const client = await signIn(ucwa);
    const one = ucwa.ring({ scenario: 'answered' });
    const other = ucwa.ring({ scenario: 'answered' });
    await clock.advance(2000);
    ucwa.simulator.hangUp(one.id);
    const ended = (): number =>
      ucwa.simulator.ledger.events.filter(({ rel, type }) => rel === 'conversation' && type === 'deleted').length;
    expect(ended()).toBe(1);
    await clock.advance(60_000);
    expect(ended()).toBe(2);
    expect((await client.get(other.invitation)).status).toBe(404);
  });
});

describe('a call’s plan', () => {
  it.each([
    ['alice@contoso.com', 'sip:alice@contoso.com'],
    ['sip:alice@contoso.com', 'sip:alice@contoso.com'],
    ['+44 20 7946 0000', undefined],
    ['+442079460000', 'tel:+442079460000'],
    ['tel:+442079460000', 'tel:+442079460000'],
    ['alice', undefined],
    ['http://contoso.com', undefined],
  ])('reads the address %s as %s', (from, uri) => {
    expect(callPlanSchema.safeParse({ from }).data?.from).toBe(uri);
  });

  it('is for the stack’s account, rings 30 s and is normal unless it says otherwise', () => {
    expect(callPlanSchema.parse({ from: 'alice@contoso.com', importance: 'urgent' })).toMatchObject({
      account: 'sip:reception@contoso.com',
      ringSeconds: 30,
      importance: 'Urgent',
      modalities: ['audio'],
      subject: '',
    });
  });

  it('mixes phone audio with nothing', () => {
    expect(callPlanSchema.safeParse({ from: 'alice@contoso.com', modalities: ['audio', 'phoneAudio'] }).success).toBe(
      false,
    );
  });
});
