import type { CallRequest } from '../../../infra/local/ucwa/calls/callPlan';
import type { CallConnected, CallEnded } from '../../../shared/invitations/calls/callData';
import type { InvitationData } from '../../../shared/invitations/invitationData';
import { compareWithLedger } from '../../support/ledgerAgreement';
import { startFollowedWorld, type FollowedWorld } from '../../support/followedCalls';
import { relaySigningKey } from '../../support/relayTo';
import { invitationIdAt } from '../../support/invitationIdAt';

let world: FollowedWorld;
beforeEach(async () => {
  world = await startFollowedWorld();
  await world.start();
});
afterEach(() => world.close());

const call = (request: Partial<CallRequest> = {}) =>
  world.ucwa.ring({
    scenario: 'outgoing',
    modalities: ['phoneAudio'],
    to: 'sip:bob@contoso.com',
    afterSeconds: 5,
    ...request,
  });
const pass = (seconds: number) => world.clock.advance(seconds * 1000);
const connectedData = () =>
  world.callEvents().find(({ type }) => type === 'ucwa.call.connected')?.data as CallConnected;
const endedData = () => world.callEvents().find(({ type }) => type === 'ucwa.call.ended')?.data as CallEnded;
const outcome = () =>
  world.events.map(({ data }) => (data as InvitationData).outcome?.result).find((result) => result !== undefined);

describe('a call is followed to its end', () => {
  it.each<[string, Partial<CallRequest>, (id: string) => void, string[], string]>([
    [
      'answered, and the other side hangs up',
      {},
      (id) => world.ucwa.simulator.hangUp(id),
      ['started', 'updated', 'connected', 'completed', 'ended'],
      'answered',
    ],
    [
      'answered, and it comes to its end',
      { talkSeconds: 10 },
      () => undefined,
      ['started', 'updated', 'connected', 'completed', 'ended'],
      'answered',
    ],
    ['declined', { callee: 'declines' }, () => undefined, ['started', 'updated', 'completed'], 'declined'],
    ['busy', { callee: 'busy' }, () => undefined, ['started', 'updated', 'completed'], 'busy'],
    [
      'not answered',
      { callee: 'noAnswer', ringSeconds: 8 },
      () => undefined,
      ['started', 'updated', 'completed'],
      'missed',
    ],
    ['not taken on the own phone', { ownPhone: 'fails' }, () => undefined, ['started', 'completed'], 'failed'],
  ])('%s', async (_, request, then, types, result) => {
    const { id } = call(request);
    await pass(10);
    then(id);
    await pass(10);
    expect(world.types().map((type) => type.split('.').at(-1))).toEqual(types);
    expect(outcome()).toBe(result);
    expect(
      compareWithLedger(world.ucwa.invitationEvents(), world.events, (href, account) =>
        invitationIdAt(href, account, relaySigningKey),
      ),
    ).toEqual({ missing: [], surplus: [] });
    expect(world.connected.rows.size).toBe(0);
  });

  it('tells when, how long, with whom, and what can be done', async () => {
    const { id } = call();
    await pass(5);
    const { invitationId, threadId } = connectedData();
    expect(connectedData()).toEqual({
      invitationId: world.events[0]?.subject,
      account: 'sip:reception@contoso.com',
      kind: 'phoneAudio',
      direction: 'outgoing',
      threadId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      connectedAt: '2026-01-15T12:00:05.000Z',
      participants: [{ uri: 'sip:bob@contoso.com', name: 'Bob' }],
      actions: ['hangup', 'hold'],
    });
    await pass(47);
    world.ucwa.simulator.hangUp(id);
    await pass(1);
    expect(endedData()).toEqual({
      invitationId,
      account: 'sip:reception@contoso.com',
      kind: 'phoneAudio',
      direction: 'outgoing',
      threadId,
      connectedAt: '2026-01-15T12:00:05.000Z',
      endedAt: '2026-01-15T12:00:52.000Z',
      durationSeconds: 47,
    });
  });

  it.each<[string, Partial<CallRequest>]>([
    ['taken at another endpoint', { scenario: 'answeredElsewhere', modalities: ['audio'] }],
    ['declined', { scenario: 'declined', modalities: ['audio'] }],
  ])('an incoming call %s was never this application’s', async (_, request) => {
    call({ afterSeconds: 2, ...request });
    await pass(70);
    expect(world.callEvents()).toEqual([]);
  });

  it('an incoming call that is taken here is connected', async () => {
    call({ scenario: 'answered', modalities: ['audio'], afterSeconds: 2 });
    await pass(70);
    expect(world.types()).toEqual([
      ...['audioVideoInvitation.started', 'audioVideoInvitation.updated', 'call.connected'],
      ...['audioVideoInvitation.completed', 'call.ended'],
    ]);
    expect(connectedData()).toMatchObject({ direction: 'incoming', participants: [{ uri: 'sip:alice@contoso.com' }] });
  });

  it('reads what the events only link', async () => {
    const { id } = call();
    world.ucwa.fault({ kind: 'linkOnly', times: 10 });
    await pass(6);
    world.ucwa.simulator.hangUp(id);
    await pass(1);
    expect(world.types().filter((type) => type.startsWith('call.'))).toEqual(['call.connected', 'call.ended']);
  });

  it('is reported by what this process saw where storage does not answer', async () => {
    world.storageFails = true;
    const { id } = call();
    await pass(6);
    world.ucwa.simulator.hangUp(id);
    await pass(1);
    expect(endedData()).toMatchObject({ durationSeconds: 1 });
  });

  it('orders both among the invitation’s events', async () => {
    const { id } = call();
    await pass(6);
    world.ucwa.simulator.hangUp(id);
    await pass(1);
    const sequences = world.events.map(({ sequence = '' }) => sequence);
    expect(sequences).toEqual(sequences.toSorted());
    expect(new Set(sequences).size).toBe(5);
  });
});

describe('the relay is killed while a call goes on', () => {
  it.each<[string, () => Promise<void>]>([
    [
      'between its answer and its end',
      async () => {
        await pass(6);
        await world.kill();
        await pass(2);
        await world.start(world.clock.now() - 2_000);
      },
    ],
    [
      'after the bus took its answer and before the pool heard of that',
      async () => {
        const killed = world.kill('published');
        await world.clock.advanceUntil(killed);
        await pass(2);
        await world.start(world.clock.now() - 2_000);
      },
    ],
  ])('%s: both are reported once, and the length is right to a second', async (_, kill) => {
    const { id } = call({ afterSeconds: 5, talkSeconds: 600 });
    await pass(2);
    const nothingYet = world.callEvents();
    await kill();
    expect(nothingYet).toEqual([]);
    await pass(60);
    const talkedSeconds = Math.round((world.clock.now() - Date.parse(connectedData().connectedAt)) / 1000);
    world.ucwa.simulator.hangUp(id);
    await pass(1);
    expect(world.callEvents().map(({ type }) => type)).toEqual(['ucwa.call.connected', 'ucwa.call.ended']);
    expect(endedData().durationSeconds).toBe(talkedSeconds);
    expect(world.connected.rows.size).toBe(0);
  });

  it('and is away when it ends: bounds between which it did, and no length', async () => {
    const { id } = call({ talkSeconds: 600 });
    await pass(6);
    const goneMs = world.clock.now();
    await world.kill();
    await pass(30);
    world.ucwa.simulator.hangUp(id);
    const endedMs = world.clock.now();
    await pass(30);
    await world.start(goneMs);
    await pass(1);
    const { notBefore = '', notAfter = '', ...data } = endedData();
    expect(Date.parse(notBefore)).toBeLessThanOrEqual(endedMs);
    expect(Date.parse(notBefore)).toBeGreaterThanOrEqual(goneMs);
    expect(Date.parse(notAfter)).toBeGreaterThanOrEqual(endedMs);
    expect(data).toMatchObject({ delayed: true, connectedAt: connectedData().connectedAt });
    expect(data).not.toHaveProperty('durationSeconds');
  });

  it('and is away when it is answered: bounds, and no length of the call', async () => {
    const { id } = call({ afterSeconds: 20, talkSeconds: 600 });
    await pass(6);
    const goneMs = world.clock.now();
    await world.kill();
    await pass(30);
    await world.start(goneMs);
    await pass(10);
    const answeredMs = goneMs + 14_000;
    expect(Date.parse(connectedData().notBefore ?? '')).toBeLessThanOrEqual(answeredMs);
    expect(Date.parse(connectedData().notAfter ?? '')).toBeGreaterThanOrEqual(answeredMs);
    world.ucwa.simulator.hangUp(id);
    await pass(1);
    expect(endedData()).not.toHaveProperty('connectedAt');
    expect(endedData()).not.toHaveProperty('durationSeconds');
  });
});
