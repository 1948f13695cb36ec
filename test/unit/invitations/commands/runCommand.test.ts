import type { Clock } from '../../../../shared/clock';
import { RelayError } from '../../../../shared/errors/relayError';
import type { Command } from '../../../../shared/invitations/commands/command';
import { accountKey, encodeInvitationId } from '../../../../shared/invitations/invitationId';
import type { InvitationGateway } from '../../../../shared/invitations/commands/liveInvitation';
import { readOffer } from '../../../../shared/invitations/normalise/readOffer';
import { runCommand, type CommandPorts } from '../../../../shared/invitations/commands/runCommand';
import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import { silentLog } from '../../../../shared/telemetry/log';
import type { Resource } from '../../../../shared/invitations/resource';
import { createFakeClock } from '../../../support/fakeClock';
import { createMemoryClaims } from '../../../support/memoryClaims';
import { createMemoryStartedCalls } from '../../../support/memoryStartedCalls';

const signingKey = 'a key of at least thirty-two characters';
const account = 'sip:reception@contoso.com';
const invitationId = encodeInvitationId(
  {
    accountKey: accountKey(account),
    kind: 'audioVideo',
    applicationId: '102',
    collection: 'audioVideoInvitations',
    id: 'a'.repeat(32),
  },
  signingKey,
);
const base = '/ucwa/oauth/v1/applications/102/communication/audioVideoInvitations/' + 'a'.repeat(32);

function ringing(...links: string[]): Resource {
  return {
    rel: 'audioVideoInvitation',
    properties: { state: 'Connecting', direction: 'Incoming' },
    links: Object.fromEntries(links.map((rel) => [rel, [{ href: `${base}/${rel}` }]])),
    embedded: {},
  };
}

/** One invitation on UCWA, and what reached it. */
function createInvitation(
  clock: Clock,
  { resource = ringing('acceptWithAnswer', 'acceptWithPhoneAudio', 'decline'), application = '102' } = {},
) {
  const posts: Parameters<InvitationGateway['post']>[0][] = [];
  const reads: string[] = [];
  const events: RelayEvent[] = [];
  const audit: unknown[] = [];
  let answer: () => Promise<void> = () => Promise.resolve();
  let now: Resource | undefined = resource;
  const gateway: InvitationGateway = {
    account: { sipUri: account },
    application: () => Promise.resolve({ path: '/ucwa/oauth/v1/applications/102', id: application }),
    read: (href) => {
      reads.push(href);
      return Promise.resolve(now);
    },
    post: (request) => {
      posts.push(request);
      return answer().then(() => ({}));
    },
  };
  const ports: CommandPorts = {
    signingKey,
    gateway: (key) => (key === accountKey(account) ? gateway : undefined),
    claims: createMemoryClaims(),
    started: createMemoryStartedCalls(),
    calls: { head: () => Promise.resolve(undefined) },
    audit: {
      record: (entry) => {
        audit.push(entry);
        return Promise.resolve();
      },
    },
    events: {
      publish: (published) => {
        events.push(...published);
        return Promise.resolve();
      },
    },
    newId: () => 'new-id',
    clock,
    log: silentLog,
  };
  const run = (command: Command, caller = 'key:a', idempotencyKey?: string) =>
    runCommand(
      {
        invitationId,
        command,
        caller,
        authentication: 'key',
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      },
      ports,
      new AbortController().signal,
    );
  return {
    ports,
    posts,
    reads,
    events,
    audit,
    run,
    answers: (next: () => Promise<void>) => (answer = next),
    becomes: (next: Resource | undefined) => (now = next),
  };
}

const decline: Command = { command: 'decline', reason: 'Global' };
const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nm=audio 4000 RTP/SAVP 0\r\n';

describe('runCommand', () => {
  it('posts to the link that is there now, and tells the bus and the audit', async () => {
    const invitation = createInvitation(createFakeClock());
    expect(await invitation.run(decline)).toEqual({
      result: 'sent',
      invitationId,
      command: 'decline',
      replayed: false,
    });
    expect(invitation.reads).toEqual([base]);
    expect(invitation.posts).toEqual([{ href: `${base}/decline`, body: { reason: 'Global' } }]);
    const settlement = {
      invitationId,
      command: 'decline',
      caller: 'key:a',
      authentication: 'key',
      reason: 'Global',
      result: 'sent',
      status: 202,
    };
    expect(invitation.events).toEqual([
      expect.objectContaining({ type: 'ucwa.command.settled', account, subject: invitationId, data: settlement }),
    ]);
    expect(invitation.audit).toEqual([{ ...settlement, id: 'new-id', account, atMs: expect.any(Number) }]);
  });

  test.each<[string, Command, string[], object]>([
    [
      'accept goes to the phone',
      { command: 'accept' },
      ['acceptWithAnswer', 'acceptWithPhoneAudio'],
      { href: `${base}/acceptWithPhoneAudio` },
    ],
    [
      'accept on a phone-audio link set',
      { command: 'accept', with: 'phoneAudio' },
      ['acceptWithPhoneAudio'],
      { href: `${base}/acceptWithPhoneAudio` },
    ],
    [
      'an answer takes the SDP and the session context given',
      { command: 'accept', with: 'answer', sdp, sessionContext: 'ctx' },
      ['acceptWithAnswer'],
      { href: `${base}/acceptWithAnswer`, body: sdp, contentType: 'application/sdp', query: { sessionContext: 'ctx' } },
    ],
    [
      'a provisional answer has its own link',
      { command: 'accept', with: 'answer', sdp, sessionContext: 'ctx', provisional: true, processedOfferId: 'o1' },
      ['acceptWithAnswer', 'sendProvisionalAnswer'],
      {
        href: `${base}/sendProvisionalAnswer`,
        body: sdp,
        contentType: 'application/sdp',
        query: { sessionContext: 'ctx', processedOfferId: 'o1' },
      },
    ],
    ['cancel of an outgoing call', { command: 'cancel' }, ['cancel'], { href: `${base}/cancel` }],
  ])('%s', async (_title, command, links, post) => {
    const invitation = createInvitation(createFakeClock(), { resource: ringing(...links) });
    await invitation.run(command);
    expect(invitation.posts).toEqual([post]);
  });

  test.each<[string, Command, Resource | undefined, string, object]>([
    [
      'what is not linked, naming what is',
      { command: 'accept' },
      ringing('acceptWithAnswer', 'decline'),
      'actionNotAvailable',
      { available: ['acceptWithAnswer', 'decline'] },
    ],
    [
      'cancel of an incoming call',
      { command: 'cancel' },
      ringing('decline'),
      'actionNotAvailable',
      { available: ['decline'] },
    ],
    ['a call whose actions are gone', decline, ringing(), 'resolvedElsewhere', {}],
    ['a call that has ended', decline, { ...ringing(), properties: { state: 'Failed' } }, 'invitationEnded', {}],
    ['a call that UCWA has forgotten', decline, undefined, 'invitationEnded', {}],
  ])('refuses %s, and nothing is posted', async (_title, command, resource, code, extensions) => {
    const invitation = createInvitation(createFakeClock());
    invitation.becomes(resource);
    await expect(invitation.run(command)).rejects.toMatchObject({ code, extensions });
    expect(invitation.posts).toEqual([]);
    expect(invitation.audit).toEqual([expect.objectContaining({ result: code })]);
    expect(invitation.events).toEqual([expect.objectContaining({ data: expect.objectContaining({ result: code }) })]);
  });

  describe('the session context of an SDP answer', () => {
    const answer: Command = { command: 'accept', with: 'answer', sdp };
    const early: Command = { command: 'accept', with: 'answer', sdp, provisional: true };
    const resource = ringing('acceptWithAnswer', 'sendProvisionalAnswer');

    it('is made by the relay where the invitation has none, the same for provisional and final, and told', async () => {
      const invitation = createInvitation(createFakeClock(), { resource });
      const first = await invitation.run(early);
      const second = await invitation.run(answer);
      expect(first.sessionContext).toMatch(/^[0-9a-f]{32}$/);
      expect(second.sessionContext).toBe(first.sessionContext);
      expect(invitation.posts.map(({ query }) => query)).toEqual([
        { sessionContext: first.sessionContext },
        { sessionContext: first.sessionContext },
      ]);
    });

    it('is the same in another process, and the one that the live offer shows', async () => {
      const withOffer = {
        ...resource,
        links: { ...resource.links, mediaOffer: [{ href: 'data:application/sdp,v=0' }] },
      };
      const one = createInvitation(createFakeClock(), { resource: withOffer });
      const other = createInvitation(createFakeClock(), { resource: withOffer });
      const { sessionContext } = await one.run(answer);
      expect((await other.run(early)).sessionContext).toBe(sessionContext);
      expect(await readOffer(invitationId, other.ports, new AbortController().signal)).toMatchObject({
        sessionContext,
      });
    });

    it('is the invitation’s own where it has one, and the command’s before that', async () => {
      const own = { ...resource, properties: { ...resource.properties, sessionContext: 'its own' } };
      const invitation = createInvitation(createFakeClock(), { resource: own });
      expect((await invitation.run(early)).sessionContext).toBe('its own');
      expect((await invitation.run({ ...answer, sessionContext: 'given' })).sessionContext).toBe('given');
    });

    it('is told again when the same command comes again, even after the invitation is gone', async () => {
      const invitation = createInvitation(createFakeClock(), { resource });
      const first = await invitation.run(answer);
      invitation.becomes(undefined);
      expect(await invitation.run(answer)).toEqual({ ...first, replayed: true });
    });

    it('is no part of other answers', async () => {
      expect(await createInvitation(createFakeClock()).run(decline)).not.toHaveProperty('sessionContext');
    });
  });

  describe('a conference call', () => {
    const meetingId = encodeInvitationId(
      {
        accountKey: accountKey(account),
        kind: 'onlineMeeting',
        applicationId: '102',
        collection: 'onlineMeetingInvitations',
        id: 'b',
      },
      signingKey,
    );
    const run = (invitation: ReturnType<typeof createInvitation>, command: Command) =>
      runCommand(
        { invitationId: meetingId, command, caller: 'key:a', authentication: 'key' },
        invitation.ports,
        new AbortController().signal,
      );

    test.each<[string, Command]>([
      ['to the phone', { command: 'accept' }],
      ['with an SDP', { command: 'accept', with: 'answer', sdp }],
    ])('is not accepted %s, for the relay would join the meeting without sound', async (_way, command) => {
      const invitation = createInvitation(createFakeClock(), { resource: ringing('accept', 'decline', 'cancel') });
      await expect(run(invitation, command)).rejects.toMatchObject({
        code: 'actionNotAvailable',
        message: expect.stringContaining('join the meeting with the relay’s own endpoint, which has no sound'),
        extensions: { available: ['decline'] },
      });
      expect(invitation.posts).toEqual([]);
    });

    it('is declined', async () => {
      const invitation = createInvitation(createFakeClock(), { resource: ringing('accept', 'decline') });
      await run(invitation, decline);
      expect(invitation.posts).toEqual([{ href: `${base}/decline`, body: { reason: 'Global' } }]);
    });
  });

  it('refuses a call of an application that was lost since, without asking UCWA for it', async () => {
    const invitation = createInvitation(createFakeClock(), { application: '103' });
    await expect(invitation.run(decline)).rejects.toMatchObject({ code: 'invitationEnded' });
    expect(invitation.reads).toEqual([]);
  });

  test.each([
    ['that is none', 'hello'],
    ['that was altered', `${invitationId.slice(0, -1)}${invitationId.endsWith('A') ? 'B' : 'A'}`],
    [
      'made with another key',
      encodeInvitationId(
        {
          accountKey: accountKey(account),
          kind: 'audioVideo',
          applicationId: '102',
          collection: 'audioVideoInvitations',
          id: 'b',
        },
        'another key of thirty-two characters!!',
      ),
    ],
    [
      'of an account the relay does not have',
      encodeInvitationId(
        {
          accountKey: accountKey('sip:x@contoso.com'),
          kind: 'audioVideo',
          applicationId: '102',
          collection: 'audioVideoInvitations',
          id: 'b',
        },
        signingKey,
      ),
    ],
  ])('knows no invitation with an id %s, and nothing reaches UCWA', async (_title, id) => {
    const invitation = createInvitation(createFakeClock());
    const request = { invitationId: id, command: decline, caller: 'key:a', authentication: 'key' as const };
    await expect(runCommand(request, invitation.ports, new AbortController().signal)).rejects.toMatchObject({
      code: 'invitationNotFound',
    });
    expect(invitation.reads).toEqual([]);
    expect(invitation.audit).toHaveLength(1);
  });

  it('sends exactly one of fifty commands at once, and tells the others who was first', async () => {
    const invitation = createInvitation(createFakeClock());
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, caller) =>
        invitation.run(caller % 2 === 0 ? decline : { command: 'accept' }, `key:${String(caller)}`),
      ),
    );
    expect(invitation.posts).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as RelayError] : [],
    );
    expect(refusals.map(({ code }) => code)).toEqual(Array.from({ length: 49 }, () => 'alreadyClaimed'));
    expect(new Set(refusals.map(({ extensions }) => JSON.stringify(extensions.winner))).size).toBe(1);
  });

  it('answers the same caller’s same command as before, also when the call is over', async () => {
    const invitation = createInvitation(createFakeClock());
    await invitation.run(decline);
    expect(await invitation.run(decline)).toMatchObject({ replayed: true });
    invitation.becomes(undefined);
    expect(await invitation.run(decline)).toMatchObject({ replayed: true });
    expect(invitation.posts).toHaveLength(1);
  });

  it('publishes and keeps a command that got its first answer again, and says so', async () => {
    const invitation = createInvitation(createFakeClock());
    await invitation.run(decline);
    await invitation.run(decline);
    const settled = [
      expect.not.objectContaining({ replayed: true }),
      expect.objectContaining({ replayed: true, result: 'sent', status: 202 }),
    ];
    expect(invitation.audit).toEqual(settled);
    expect(invitation.events.map(({ data }) => data)).toEqual(settled);
  });

  it('names the winner to others also when the call is over', async () => {
    const invitation = createInvitation(createFakeClock());
    await invitation.run(decline);
    invitation.becomes(undefined);
    await expect(invitation.run(decline, 'key:b')).rejects.toMatchObject({
      code: 'alreadyClaimed',
      extensions: { winner: { caller: 'key:a', command: 'decline', time: expect.any(String) } },
    });
  });

  it('tells the same caller that the command is in flight', async () => {
    const invitation = createInvitation(createFakeClock());
    invitation.answers(() => new Promise(() => undefined));
    void invitation.run(decline);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(invitation.run(decline)).rejects.toMatchObject({ code: 'commandInFlight' });
  });

  it('refuses an Idempotency-Key that came with another command', async () => {
    const invitation = createInvitation(createFakeClock());
    await invitation.run(decline, 'key:a', 'k1');
    await expect(invitation.run({ command: 'accept' }, 'key:a', 'k1')).rejects.toMatchObject({
      code: 'idempotencyKeyReused',
    });
    await expect(invitation.run({ command: 'accept' }, 'key:a', 'k2')).rejects.toMatchObject({
      code: 'alreadyClaimed',
    });
  });

  it('lets another try after a definite refusal by UCWA', async () => {
    const invitation = createInvitation(createFakeClock());
    invitation.answers(() => Promise.reject(new RelayError('upstreamRefused', 'no')));
    await expect(invitation.run(decline)).rejects.toMatchObject({ code: 'upstreamRefused' });
    invitation.answers(() => Promise.resolve());
    await expect(invitation.run(decline, 'key:b')).resolves.toMatchObject({ result: 'sent' });
  });

  it('says that the SDP is what UCWA did not take', async () => {
    const invitation = createInvitation(createFakeClock());
    invitation.answers(() =>
      Promise.reject(
        new RelayError('upstreamRefused', 'no', {
          extensions: { code: 'BadRequest', subcode: 'ParameterValidationFailure' },
        }),
      ),
    );
    await expect(invitation.run({ command: 'accept', with: 'answer', sdp, sessionContext: 'c' })).rejects.toMatchObject(
      {
        code: 'requestInvalid',
        extensions: { subcode: 'ParameterValidationFailure', errors: [{ field: 'sdp' }] },
      },
    );
  });

  it('holds a claim of unknown outcome for 30 seconds', async () => {
    const clock = createFakeClock();
    const invitation = createInvitation(clock);
    invitation.answers(() => Promise.reject(new RelayError('upstreamTimeout', 'late')));
    await expect(invitation.run(decline)).rejects.toMatchObject({ code: 'upstreamTimeout' });
    invitation.answers(() => Promise.resolve());
    await clock.advance(29_999);
    await expect(invitation.run(decline, 'key:b')).rejects.toMatchObject({ code: 'alreadyClaimed' });
    await clock.advance(1);
    await expect(invitation.run(decline, 'key:b')).resolves.toMatchObject({ result: 'sent' });
  });

  it('lets a claim lapse after 5 seconds whose holder died before it posted', async () => {
    const clock = createFakeClock();
    const invitation = createInvitation(clock);
    await invitation.ports.claims.insert(invitationId, 'answer', {
      caller: 'key:dead',
      command: 'accept',
      fingerprint: 'f',
      claimedAtMs: clock.now(),
      state: 'claimed',
    });
    await clock.advance(4_999);
    await expect(invitation.run(decline)).rejects.toMatchObject({
      code: 'alreadyClaimed',
      extensions: { winner: { caller: 'key:dead' } },
    });
    await clock.advance(1);
    await expect(invitation.run(decline)).resolves.toMatchObject({ result: 'sent' });
    expect(invitation.posts).toHaveLength(1);
  });

  it('leaves the final answer open after a provisional one', async () => {
    const invitation = createInvitation(createFakeClock(), {
      resource: ringing('acceptWithAnswer', 'sendProvisionalAnswer'),
    });
    const answer = { command: 'accept', with: 'answer', sdp, sessionContext: 'c' } as const;
    await invitation.run({ ...answer, provisional: true });
    await expect(invitation.run(answer)).resolves.toMatchObject({ replayed: false });
  });

  it.each(['posting', 'sent'] as const)(
    'is sent once UCWA has it, though the claim could not be marked as %s',
    async (state) => {
      const invitation = createInvitation(createFakeClock());
      const { claims } = invitation.ports;
      const replace: typeof claims.replace = (id, subject, claim, etag) =>
        claim.state === state
          ? Promise.reject(new RelayError('storageUnavailable', 'down'))
          : claims.replace(id, subject, claim, etag);
      const request = { invitationId, command: decline, caller: 'key:a', authentication: 'key' as const };
      await expect(
        runCommand(request, { ...invitation.ports, claims: { ...claims, replace } }, new AbortController().signal),
      ).resolves.toMatchObject({ result: 'sent' });
      expect(invitation.audit).toMatchObject([{ result: 'sent' }]);
    },
  );

  it('tells what UCWA answered, though the claim could not be released', async () => {
    const invitation = createInvitation(createFakeClock());
    invitation.answers(() => Promise.reject(new RelayError('resolvedElsewhere', 'gone')));
    const claims = {
      ...invitation.ports.claims,
      release: () => Promise.reject(new RelayError('storageUnavailable', 'down')),
    };
    const request = { invitationId, command: decline, caller: 'key:a', authentication: 'key' as const };
    await expect(
      runCommand(request, { ...invitation.ports, claims }, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'resolvedElsewhere' });
  });

  it('posts nothing when storage took so long over its claim that another has taken it over', async () => {
    const clock = createFakeClock();
    const invitation = createInvitation(clock);
    const { claims } = invitation.ports;
    const slow = {
      ...claims,
      insert: async (...claim: Parameters<typeof claims.insert>) => {
        const inserted = await claims.insert(...claim);
        await clock.sleep(6_000);
        return inserted;
      },
    };
    const request = { invitationId, command: decline, caller: 'key:slow', authentication: 'key' as const };
    const late = runCommand(request, { ...invitation.ports, claims: slow }, new AbortController().signal);
    const refusal = expect(late).rejects.toMatchObject({
      code: 'alreadyClaimed',
      extensions: { winner: { caller: 'key:a' } },
    });
    await clock.advance(5_500);
    await expect(invitation.run(decline)).resolves.toMatchObject({ result: 'sent' });
    await clock.advance(500);
    await refusal;
    expect(invitation.posts).toHaveLength(1);
  });

  it('stands though its record could not be kept', async () => {
    const invitation = createInvitation(createFakeClock());
    const down = () => Promise.reject(new RelayError('storageUnavailable', 'down'));
    const ports: CommandPorts = { ...invitation.ports, audit: { record: down }, events: { publish: down } };
    const request = { invitationId, command: decline, caller: 'key:a', authentication: 'key' as const };
    await expect(runCommand(request, ports, new AbortController().signal)).resolves.toMatchObject({ result: 'sent' });
  });
});
