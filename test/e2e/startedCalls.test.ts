import type { ArrangementRequest } from '../../infra/local/ucwa/calls/arrangements';
import type { CallConnected, CallEnded } from '../../shared/invitations/calls/callData';
import type { InvitationData } from '../../shared/invitations/invitationData';
import type { CommandSettlement } from '../../shared/invitations/commands/command';
import { askUntil } from '../support/askUntil';
import { configWithReplies, openCommandEntryPoint, type CommandEntryPoint } from '../support/commandEntryPoint';
import { codeBlock, startProgram, toJavaScript } from '../support/consumerProcess';
import { invitationIdAt } from '../support/invitationIdAt';
import { compareWithLedger } from '../support/ledgerAgreement';
import { startTestRelay, testSigningKey, type TestRelay } from '../support/relay';

const account = 'sip:reception@contoso.com';

let relay: TestRelay;
let queue: CommandEntryPoint;
beforeAll(async () => {
  relay = await startTestRelay({ busConfig: configWithReplies() });
  queue = openCommandEntryPoint(relay.bus.connectionString);
});
afterAll(async () => {
  await queue.close();
  await relay.close();
});

interface EntryPoint {
  /** Starts a call; the id of its invitation. */
  start(to: string, key?: string): Promise<string>;
  command(name: 'hangup' | 'cancel', invitationId: string): Promise<unknown>;
}

const entryPoints: Readonly<Record<'HTTP' | 'the queue', EntryPoint>> = {
  HTTP: {
    start: async (to) =>
      (await relay.http().post<{ invitationId: string }>('/invitations', { account, to })).data.invitationId,
    command: (name, id) => relay.http().post(`/invitations/${id}/${name}`, {}),
  },
  'the queue': {
    start: async (to) => (await queue.ask({ command: 'start', account, to })).invitationId ?? '',
    command: (name, id) => queue.ask({ command: name, invitationId: id }),
  },
};

const heard = <Data>(type: RegExp, invitationId: string) =>
  relay.topic
    .event((event) => type.test(event.type) && event.subject === invitationId)
    .then(({ data }) => data as Data);
const connected = (id: string) => heard<CallConnected>(/^ucwa\.call\.connected$/, id);
const ended = (id: string) => heard<CallEnded>(/^ucwa\.call\.ended$/, id);
const completed = (id: string) => heard<InvitationData>(/\.completed$/, id);
/** How far the call came; how often it was updated on the way is the ledger's to tell. */
const typesOf = (id: string) =>
  relay.topic.events
    .filter(({ subject, type }) => subject === id && type !== 'ucwa.command.settled' && !type.endsWith('.updated'))
    .map(({ type }) => type.split('.').at(-1));
const idAt = (href: string): string => invitationIdAt(href, account, testSigningKey);
const arrange = (request: ArrangementRequest) => relay.ucwa.simulator.arrangements.arrange(request);
const startsPosted = () =>
  relay.ucwa.simulator.ledger.commands.filter(({ action }) => action === 'startPhoneAudio').length;

const talk = ['started', 'connected', 'completed', 'ended'];
const rung = ['started', 'completed'];
const cases: readonly [
  ArrangementRequest,
  ((entry: EntryPoint, id: string) => Promise<unknown>) | undefined,
  string[],
  string,
  string?,
][] = [
  [{ talkSeconds: 0.2 }, undefined, talk, 'answered'],
  [{}, async (entry, id) => connected(id).then(() => entry.command('hangup', id)), talk, 'answered', 'relay'],
  [{ callee: 'declines' }, undefined, rung, 'declined'],
  [{ callee: 'busy' }, undefined, rung, 'busy'],
  [{ callee: 'noAnswer', ringSeconds: 0.3 }, undefined, rung, 'missed'],
  [
    { afterSeconds: 60, ringSeconds: 90 },
    (entry, id) => heard(/\.started$/, id).then(() => entry.command('cancel', id)),
    rung,
    'cancelled',
  ],
];

describe.each(['HTTP', 'the queue'] as const)('calls that are started over %s', (name) => {
  it('end as ledger and topic agree: by each side, declined, busy, unanswered, cancelled', async () => {
    const entry = entryPoints[name];
    const [postedBefore, emittedBefore] = [startsPosted(), relay.ucwa.invitationEvents().length];
    const ids: string[] = [];
    for (const [index, [arrangement]] of cases.entries()) {
      arrange({ afterSeconds: 0.1, ...arrangement });
      ids.push(await entry.start(`sip:callee${String(index)}@contoso.com`));
    }
    const seen = await Promise.all(
      cases.map(async ([, act, types], index) => {
        const id = ids[index] ?? '';
        await act?.(entry, id);
        const { outcome } = await completed(id);
        const end = types.includes('ended') ? await ended(id) : undefined;
        return [typesOf(id), outcome?.result, end?.endedBy];
      }),
    );
    expect(seen).toEqual(cases.map(([, , types, result, by]) => [types, result, by]));
    expect(startsPosted() - postedBefore).toBe(cases.length);
    const emitted = relay.ucwa.invitationEvents().slice(emittedBefore);
    expect(emitted.length).toBeGreaterThanOrEqual(2 * cases.length);
    expect(
      compareWithLedger(
        emitted,
        relay.topic.events.filter(({ subject }) => ids.includes(subject)),
        idAt,
      ),
    ).toEqual({ missing: [], surplus: [] });

    const talked = ids[1] ?? '';
    const { data } = await askUntil(
      () => relay.http().get<{ call?: { connected?: unknown; ended?: unknown } }>(`/invitations/${talked}`),
      (answer) => answer.data.call?.ended !== undefined,
    );
    expect(data.call).toEqual({ connected: await connected(talked), ended: await ended(talked) });
  });
});

it('one key is one call, both entry points together; keys of two callers are two', async () => {
  const before = startsPosted();
  const to = 'sip:once@contoso.com';
  const post = () => relay.http().post('/invitations', { account, to }, { headers: { 'idempotency-key': 'once' } });
  const ask = () => queue.ask({ command: 'start', account, to, idempotencyKey: 'once', caller: 'desk' });
  const answers = await Promise.all([post(), post(), ask(), ask()]);
  const statuses = answers.slice(0, 2).map((answer) => 'status' in answer && answer.status);
  expect(statuses.filter((status) => status === 202).length).toBeGreaterThanOrEqual(1);
  expect(statuses.every((status) => status === 202 || status === 409)).toBe(true);
  // The key of the HTTP caller and that of the queue's are two callers' keys.
  expect(startsPosted() - before).toBe(2);
  expect((await post()).headers['idempotency-replayed']).toBe('true');
  expect(startsPosted() - before).toBe(2);
});

describe('a host that is killed while calls go on', () => {
  const simulatorId = (id: string): string =>
    relay.ucwa
      .invitationEvents()
      .find(({ href }) => idAt(href) === id)
      ?.href.split('/')
      .at(-1) ?? '';
  /** When the simulator told that the call's audio was in that state. */
  const emittedAtMs = async (id: string, state: string): Promise<number> => {
    const { related } = await completed(id);
    const emitted = relay.ucwa.simulator.ledger.events.find(
      (event) =>
        event.rel === 'phoneAudio' && event.state === state && event.href.startsWith(related?.conversation ?? '?'),
    );
    return Date.parse(emitted?.at ?? '');
  };

  /** A length is that of the talk; where there is none, the end lies between its bounds. */
  const expectTrue = async (id: string, { durationSeconds, notBefore, notAfter }: CallEnded): Promise<void> => {
    const [fromMs, toMs] = [await emittedAtMs(id, 'Connected'), await emittedAtMs(id, 'Disconnected')];
    if (durationSeconds !== undefined) expect(Math.abs(durationSeconds - (toMs - fromMs) / 1000)).toBeLessThan(2);
    else
      expect([notBefore, new Date(toMs).toISOString(), notAfter]).toEqual(
        [notBefore, new Date(toMs).toISOString(), notAfter].toSorted(),
      );
  };

  it('reports each connected and ended once, with a true length or true bounds', async () => {
    const ids: string[] = [];
    for (const name of ['before', 'meanwhile', 'later']) {
      arrange({ afterSeconds: 0.1 });
      ids.push(await entryPoints.HTTP.start(`sip:${name}@contoso.com`));
    }
    const [before = '', meanwhile = '', later = ''] = ids;
    await Promise.all(ids.map((id) => Promise.all([connected(id), completed(id)])));
    relay.ucwa.simulator.hangUp(simulatorId(before));
    const endedBefore = await ended(before);
    expect(endedBefore.durationSeconds).toEqual(expect.any(Number));

    await relay.host().kill('SIGKILL');
    relay.ucwa.simulator.hangUp(simulatorId(meanwhile));
    await relay.startHost();
    const endedMeanwhile = await ended(meanwhile);
    await relay.connected();
    relay.ucwa.simulator.hangUp(simulatorId(later));
    const endedLater = await ended(later);

    for (const id of ids) expect(typesOf(id)).toEqual(talk);
    await expectTrue(before, endedBefore);
    await expectTrue(meanwhile, endedMeanwhile);
    await expectTrue(later, endedLater);
  });
});

it('the sender of the documents gives any command over the queue', async () => {
  const send = async (body: object): Promise<void> => {
    const sender = startProgram(['-e', toJavaScript(codeBlock('docs/commands.md', 'js')), JSON.stringify(body)], {
      SERVICE_BUS_CONNECTION: relay.bus.connectionString,
    });
    await sender.line(/is sent as/);
  };
  const settled = async (command: string, invitationId?: string): Promise<CommandSettlement> => {
    const { data } = await relay.topic.event(
      ({ type, data: of }) =>
        type === 'ucwa.command.settled' &&
        (of as CommandSettlement).command === command &&
        (invitationId === undefined
          ? (of as CommandSettlement).to === 'sip:scripted@contoso.com'
          : (of as CommandSettlement).invitationId === invitationId),
    );
    return data as CommandSettlement;
  };
  arrange({ afterSeconds: 0.1 });
  await send({ command: 'start', account, to: 'sip:scripted@contoso.com' });
  const { invitationId = '' } = await settled('start');
  await connected(invitationId);
  for (const command of ['hold', 'resume', 'hangup']) {
    await send({ command, invitationId });
    expect(await settled(command, invitationId)).toMatchObject({ result: 'sent' });
  }
  await ended(invitationId);
});
