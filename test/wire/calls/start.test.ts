import type { ArrangementRequest } from '../../../infra/local/ucwa/calls/arrangements';
import { RelayError } from '../../../shared/errors/relayError';
import type { CallEnded } from '../../../shared/invitations/calls/callData';
import type { CallCommandName } from '../../../shared/invitations/commands/command';
import { runCommand, type CommandPorts, type CommandSent } from '../../../shared/invitations/commands/runCommand';
import { startCall } from '../../../shared/invitations/commands/startCall';
import { startBodySchema, type CallStarted } from '../../../shared/invitations/commands/startCommand';
import type { InvitationData } from '../../../shared/invitations/invitationData';
import type { CommandReply } from '../../../shared/messaging/commandQueue';
import { runQueuedCommand } from '../../../shared/messaging/queuedCommand';
import { startFollowedWorld, type FollowedWorld } from '../../support/followedCalls';
import { invitationIdAt } from '../../support/invitationIdAt';
import { compareWithLedger } from '../../support/ledgerAgreement';
import { relaySigningKey } from '../../support/relayTo';

const account = 'sip:reception@contoso.com';
const signal = new AbortController().signal;

let world: FollowedWorld;
beforeEach(async () => {
  world = await startFollowedWorld();
  await world.start();
});
afterEach(() => world.close());

const arrange = (request: ArrangementRequest) => world.ucwa.simulator.arrangements.arrange(request);
const pass = (seconds: number) => world.clock.advance(seconds * 1000);
const settledWork = <T>(work: Promise<T>): Promise<T | RelayError> =>
  world.clock.advanceUntil(work.catch((error: unknown) => error as RelayError));

const starting = (
  { to = 'sip:bob@contoso.com', key = 'key-1', caller = 'key:a' } = {},
  ports: CommandPorts = world.commands,
): Promise<CallStarted> =>
  startCall(
    {
      command: startBodySchema.parse({ account, to, subject: 'Calling back' }),
      caller,
      authentication: 'key',
      idempotencyKey: key,
    },
    ports,
    signal,
  );
const start = (request = {}, ports?: CommandPorts) => settledWork(starting(request, ports));
const started = async (request = {}): Promise<CallStarted> => {
  const sent = await start(request);
  if (sent instanceof RelayError) throw sent;
  return sent;
};

/** The same over the queue. */
const startOverQueue = async (): Promise<CommandReply> => {
  const replies: CommandReply[] = [];
  await world.clock.advanceUntil(
    runQueuedCommand(
      {
        body: { command: 'start', account, to: 'sip:bob@contoso.com', replyTo: 'replies' },
        messageId: 'm',
        sequenceNumber: 7,
        applicationProperties: {},
      },
      {
        commands: world.commands,
        clock: world.clock,
        random: () => 0.5,
        commandQueue: {
          readProperties: () => Promise.resolve({ messageId: 'm', replyToSessionId: undefined }),
          reply: (_queue, reply) => Promise.resolve(void replies.push(reply)),
          refuse: () => Promise.reject(new Error('It is a command.')),
        },
      },
      signal,
    ),
  );
  return replies[0] ?? { correlationId: '', command: '', result: 'no reply' };
};

const command = (name: CallCommandName | 'cancel', invitationId: string, caller = 'key:a', ports = world.commands) =>
  settledWork<CommandSent>(
    runCommand({ invitationId, command: { command: name }, caller, authentication: 'key' }, ports, signal),
  );
const posts = () => world.ucwa.simulator.ledger.commands.filter(({ action }) => action === 'startPhoneAudio');
const actions = () => world.ucwa.simulator.ledger.commands.map(({ action }) => action);
const outcome = () =>
  world.events.map(({ data }) => (data as InvitationData).outcome?.result).find((result) => result !== undefined);
const ended = () => world.callEvents().find(({ type }) => type === 'ucwa.call.ended')?.data as CallEnded | undefined;

describe('a call that is started', () => {
  const talk = ['started', 'updated', 'connected', 'completed', 'ended'];
  const rung = ['started', 'updated', 'completed'];
  const cases: [string, ArrangementRequest, (id: string) => Promise<unknown>, string[], string, 'relay' | undefined][] =
    [
      ['the callee hangs up', {}, () => hangUpThere(), talk, 'answered', undefined],
      ['the relay hangs up', {}, (id) => command('hangup', id), talk, 'answered', 'relay'],
      ['nobody hangs up', { talkSeconds: 4 }, () => pass(4), talk, 'answered', undefined],
      ['the callee declines', { callee: 'declines' }, () => pass(0), rung, 'declined', undefined],
      ['the callee is busy', { callee: 'busy' }, () => pass(0), rung, 'busy', undefined],
      ['nobody answers', { callee: 'noAnswer', ringSeconds: 5 }, () => pass(1), rung, 'missed', undefined],
      ['the own phone fails', { ownPhone: 'fails' }, () => pass(0), ['started', 'completed'], 'failed', undefined],
      ['it is cancelled', { afterSeconds: 20 }, (id) => command('cancel', id), rung, 'cancelled', undefined],
    ];
  const hangUpThere = async (): Promise<void> => {
    world.ucwa.simulator.hangUp(world.ucwa.invitationEvents()[0]?.href.split('/').at(-1) ?? '');
    await pass(0);
  };

  describe.each(['http', 'queue'])('over %s', (entryPoint) => {
    it.each(cases)('%s', async (_, arrangement, then, types, result, endedBy) => {
      arrange({ afterSeconds: 3, ...arrangement });
      const { invitationId = '' } = entryPoint === 'http' ? await started() : await startOverQueue();
      await pass(4);
      await then(invitationId);
      await pass(1);
      expect(world.types().map((type) => type.split('.').at(-1))).toEqual(types);
      expect(new Set(world.events.map(({ subject }) => subject))).toEqual(new Set([invitationId]));
      expect(outcome()).toBe(result);
      expect(ended()?.endedBy).toBe(endedBy);
      expect(
        compareWithLedger(world.ucwa.invitationEvents(), world.events, (href, of) =>
          invitationIdAt(href, of, relaySigningKey),
        ),
      ).toEqual({ missing: [], surplus: [] });
      expect(posts()).toHaveLength(1);
    });
  });

  it('is recorded with its caller and its callee, and bears its operation', async () => {
    const { invitationId, operationId } = await started();
    expect(world.settled).toMatchObject([
      { command: 'start', caller: 'key:a', to: 'sip:bob@contoso.com', result: 'sent', status: 202, invitationId },
    ]);
    expect(operationId).toMatch(/^relay-[0-9a-f]{40}$/);
    expect(JSON.parse(posts()[0]?.body ?? '{}')).toEqual({
      to: 'sip:bob@contoso.com',
      operationId,
      subject: 'Calling back',
    });
    expect(world.events[0]?.data).toMatchObject({ operationId, direction: 'outgoing' });
  });
});

describe('a start that is repeated', () => {
  it('with the same key is the same call; the second at once waits for the first', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    expect([one, other]).toContainEqual(expect.objectContaining({ result: 'sent' }));
    expect([one, other]).toContainEqual(expect.objectContaining({ code: 'commandInFlight' }));
    expect(await start()).toMatchObject({ result: 'sent', replayed: true });
    expect(posts()).toHaveLength(1);
  });

  it('with the same key and another callee is refused', async () => {
    await start();
    expect(await start({ to: '+14255550100' })).toMatchObject({ code: 'idempotencyKeyReused' });
  });

  it.each([
    ['keys of two callers', { caller: 'key:b' }],
    ['two keys of a caller', { key: 'key-2' }],
  ])('with %s is another call', async (_, request) => {
    await start();
    expect(await start(request)).toMatchObject({ result: 'sent', replayed: false });
    expect(posts()).toHaveLength(2);
  });

  /** A process that dies at that point: it does nothing more. */
  const dying = (at: 'beforePost' | 'afterPost'): CommandPorts => ({
    ...world.commands,
    gateway: async (key) => {
      const gateway = await world.commands.gateway(key);
      const never = new Promise<never>(() => undefined);
      return (
        gateway && {
          account: gateway.account,
          application: (aborted) => (at === 'beforePost' ? never : gateway.application(aborted)),
          read: (href, aborted) => gateway.read(href, aborted),
          post: (request, aborted) => gateway.post(request, aborted).then(() => never),
        }
      );
    },
  });

  it('after a crash between its claim and its POST is looked for on the channel for 5 s, and then posted', async () => {
    void starting({}, dying('beforePost'));
    await pass(1);
    expect(await start()).toMatchObject({ code: 'commandInFlight' });
    await pass(4);
    const againMs = world.clock.now();
    expect(await start()).toMatchObject({ result: 'sent' });
    expect(Date.parse(posts()[0]?.at ?? '') - againMs).toBeGreaterThanOrEqual(5_000);
    expect(posts()).toHaveLength(1);
  });

  it('after a crash behind its POST is found on the channel, and not posted again', async () => {
    void starting({}, dying('afterPost'));
    await pass(30);
    expect(await start()).toMatchObject({ result: 'sent', replayed: true, invitationId: world.events[0]?.subject });
    expect(posts()).toHaveLength(1);
  });
});

describe('a POST whose outcome is not known', () => {
  it('is looked for on the channel: the call was started', async () => {
    world.ucwa.fault({ kind: 'resetBeforeBody', on: 'action' });
    expect(await start()).toMatchObject({ result: 'sent', invitationId: world.events[0]?.subject });
    expect(posts()).toHaveLength(1);
  });

  it('is never posted again, where the channel does not tell', async () => {
    world.ucwa.fault({ kind: 'status', status: 503, on: 'action' });
    expect(await start()).toMatchObject({ code: 'startUnconfirmed' });
    await pass(31);
    expect(await start()).toMatchObject({ code: 'startUnconfirmed' });
    expect(posts()).toHaveLength(1);
  });
});

describe('a start is refused', () => {
  it('with what is linked, where policy links no phone calls', async () => {
    world.ucwa.simulator.arrangements.setPolicy({ startPhoneAudio: false });
    expect(await start()).toMatchObject({
      code: 'actionNotAvailable',
      extensions: {
        available: ['startMessaging', 'startAudioVideo', 'startOnlineMeeting', 'joinOnlineMeeting'],
      },
    });
    expect(posts()).toEqual([]);
    world.ucwa.simulator.arrangements.setPolicy({ startPhoneAudio: true });
    expect(await start()).toMatchObject({ result: 'sent' });
  });

  it.each(['tel:112', 'tel:+1911', '911', 'sip:112@contoso.com;user=phone', '0112'])('to %s', async (to) => {
    expect(await start({ to })).toMatchObject({ code: 'emergencyCallRefused' });
    expect(actions()).toEqual([]);
    expect(world.settled).toMatchObject([{ command: 'start', result: 'emergencyCallRefused', status: 422 }]);
  });

  it('by Skype for Business, and can be tried again with the same key', async () => {
    world.ucwa.fault({ kind: 'status', status: 400, subcode: 'NormalizationFailed', on: 'action' });
    expect(await start()).toMatchObject({ code: 'requestInvalid', extensions: { errors: [{ field: 'to' }] } });
    expect(await start()).toMatchObject({ result: 'sent', replayed: false });
  });
});

describe('a start that is answered another address than its events have', () => {
  it('leads to the same call by both, whichever comes first', async () => {
    arrange({ otherLocation: true, afterSeconds: 2 });
    // Nobody reads the channel: the response comes first.
    await world.kill();
    const { invitationId } = await started();
    await world.start();
    await pass(3);
    const [{ subject } = { subject: '' }] = world.events;
    expect(invitationId).not.toBe(subject);
    expect((await world.commands.calls.head(invitationId))?.invitationId).toBe(subject);
    expect(await command('hangup', invitationId)).toMatchObject({ result: 'sent', state: 'connected' });
    await pass(1);
    expect(ended()).toMatchObject({ invitationId: subject, endedBy: 'relay' });
  });

  it('is answered the id of the events where they have come', async () => {
    arrange({ otherLocation: true });
    world.ucwa.fault({ kind: 'slowAnswer', delayMs: 1_000, on: 'action' });
    expect((await started()).invitationId).toBe(world.events[0]?.subject);
  });
});

describe('what is done with a call', () => {
  const talking = async (arrangement: ArrangementRequest = {}): Promise<string> => {
    arrange({ afterSeconds: 2, talkSeconds: 600, ...arrangement });
    const { invitationId } = await started();
    await pass(3);
    return invitationId;
  };

  it.each<[string, ArrangementRequest, number, string]>([
    ['by the stop link', {}, 0, 'stopPhoneAudio'],
    ['by deleting its conversation, where none is linked', { stopLinked: false }, 0, 'deleteConversation'],
    ['long after Skype for Business has forgotten its invitation', {}, 120, 'stopPhoneAudio'],
  ])('it is hung up %s', async (_, arrangement, seconds, action) => {
    const id = await talking(arrangement);
    await pass(seconds);
    expect(await command('hangup', id)).toMatchObject({ result: 'sent', state: 'connected', replayed: false });
    await pass(1);
    expect(actions().at(-1)).toBe(action);
    expect(ended()).toMatchObject({ endedBy: 'relay' });
    expect(await command('hangup', id)).toMatchObject({ result: 'sent', replayed: true });
    expect(await command('hangup', id, 'key:b')).toMatchObject({ code: 'alreadyClaimed' });
  });

  it('it is held and resumed, again and again', async () => {
    const id = await talking();
    for (const name of ['hold', 'resume', 'hold', 'resume'] as const)
      expect(await command(name, id)).toMatchObject({ result: 'sent', replayed: false });
    expect(actions().slice(1)).toEqual(['holdPhoneAudio', 'resumePhoneAudio', 'holdPhoneAudio', 'resumePhoneAudio']);
  });

  it.each<[CallCommandName, ArrangementRequest, string[]]>([
    ['hold', { holdLinked: false }, ['hangup']],
    ['resume', {}, ['hangup', 'hold']],
  ])('%s is refused where it is not linked, with what is', async (name, arrangement, available) => {
    expect(await command(name, await talking(arrangement))).toMatchObject({
      code: 'actionNotAvailable',
      extensions: { available },
    });
  });

  it('a call that rings here is declined and not hung up', async () => {
    world.ucwa.ring();
    await pass(1);
    expect(await command('hangup', world.events[0]?.subject ?? '')).toMatchObject({ code: 'actionNotAvailable' });
  });

  it('nothing, once it is over', async () => {
    const id = await talking({ talkSeconds: 5 });
    await pass(10);
    for (const name of ['hangup', 'hold', 'resume'] as const)
      expect(await command(name, id)).toMatchObject({ code: 'invitationEnded' });
  });

  it('a cancel that loses the race hangs up, and says where the call stood when it was sent', async () => {
    arrange({ afterSeconds: 5, talkSeconds: 600 });
    const { invitationId } = await started();
    await pass(3);
    const late: CommandPorts = {
      ...world.commands,
      gateway: async (key) => {
        const gateway = await world.commands.gateway(key);
        return (
          gateway && {
            account: gateway.account,
            application: (aborted) => gateway.application(aborted),
            read: (href, aborted) => gateway.read(href, aborted),
            post: async (request, aborted) => {
              await world.clock.sleep(5_000, aborted);
              return gateway.post(request, aborted);
            },
          }
        );
      },
    };
    expect(await command('cancel', invitationId, 'key:a', late)).toMatchObject({ result: 'sent', state: 'alerting' });
    await pass(1);
    expect(world.settled.at(-1)).toMatchObject({ command: 'cancel', state: 'alerting' });
    expect(actions().at(-1)).toBe('stopPhoneAudio');
    expect(ended()).toMatchObject({ endedBy: 'relay' });
  });
});
