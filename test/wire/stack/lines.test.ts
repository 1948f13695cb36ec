import { openConsole } from '../../../infra/local/start/keys/openConsole';
import { describeEvent, describeRing } from '../../../infra/local/start/print/describeEvent';
import { describeHostLine } from '../../../infra/local/start/print/describeHostLine';
import { describeSpan } from '../../../infra/local/start/print/describeSpan';
import { createEmissionTimes } from '../../../infra/local/start/print/emissionTimes';
import { printLine } from '../../../infra/local/start/print/printLine';
import { seenEventSchema } from '../../../infra/local/start/print/seenEvent';
import { createTerminal, type Terminal } from '../../../infra/local/start/print/terminal';
import { invitationIdOf } from '../../../infra/cli/ring/invitationIdOf';

const account = 'sip:reception@contoso.com';
const alice = { uri: 'sip:alice@contoso.com', name: 'Alice' };
const times = { receivedAtMs: 1_000_012, emittedAtMs: 1_000_000 };

function seen(data: Readonly<Record<string, unknown>>, type = 'ucwa.audioVideoInvitation.started') {
  return seenEventSchema.parse({ type, data: { account, ...data } });
}

describe('a ring', () => {
  test.each([
    [
      { from: alice, subject: 'Invoice 1234', modalities: ['audio', 'video'] },
      'ring',
      'Alice <alice@contoso.com> → reception  "Invoice 1234"  video',
    ],
    [{ from: { uri: 'tel:+15550100' }, modalities: ['audio'] }, 'ring', 'tel:+15550100 → reception'],
    [{ from: { uri: 'tel:+15550100', name: '+15550100' } }, 'ring', '+15550100 → reception'],
    [{}, 'ring', '(withheld) → reception'],
    [{ direction: 'outgoing', to: { name: 'Dave' } }, 'call', 'reception → Dave'],
    [{ from: alice, importance: 'urgent' }, 'ring', 'URGENT  Alice <alice@contoso.com> → reception'],
  ])('of %j', (data, label, text) => {
    expect(describeRing(seen(data), 1_000_000)).toMatchObject({ atMs: 1_000_000, label, text });
  });
});

describe('an event', () => {
  const who = 'Alice'.padEnd(20);
  test.each([
    [{ event: 'started', state: 'connecting' }, times, 'started', `${who}     12 ms to bus  connecting`],
    [{ event: 'started', direction: 'outgoing', to: alice }, times, 'started', `${who}     12 ms to bus`],
    [{ event: 'started', delayed: true }, times, 'started', `${who}     12 ms to bus  late`],
    [{ event: 'updated', state: 'alerting' }, { ...times, emittedAtMs: undefined }, 'updated', `${who}  alerting`],
    [
      { event: 'completed', outcome: { result: 'answered', answeredBy: 'otherEndpoint' } },
      times,
      'completed',
      `${who}     12 ms to bus  answered  by otherEndpoint`,
    ],
    [
      { event: 'completed', outcome: { result: 'missed' } },
      { ...times, emittedAtMs: 1_000_013 },
      'completed',
      `${who}      0 ms to bus  missed`,
    ],
  ])('with %j', (data, at, label, text) => {
    expect(describeEvent(seen({ invitationId: 'id', from: alice, ...data }), at, () => undefined)).toMatchObject({
      atMs: at.receivedAtMs,
      label,
      text,
    });
  });

  test.each([
    ['ucwa.channel.gap', { cause: 'resume', after: 'A', before: 'B' }, 'gap', `${account}  resume  A … B`],
    [
      'ucwa.channel.gap',
      { cause: 'resume', after: '2026-01-02T03:04:05.006', before: 'B' },
      'gap',
      `${account}  resume  03:04:05.006 … B`,
    ],
    [
      'ucwa.command.settled',
      { invitationId: 'id', command: 'decline', caller: 'key:1', result: 'sent', status: 202 },
      'command',
      `${who}  decline  by key:1  sent  202`,
    ],
    ['ucwa.call.connected', { invitationId: 'id' }, 'connected', 'Alice'],
    ['ucwa.subscription.disabled', {}, 'event', 'ucwa.subscription.disabled'],
  ])('of the type %s', (type, data, label, text) => {
    const calls = (id: string) => (id === 'id' ? 'Alice' : undefined);
    expect(describeEvent(seen(data, type), times, calls)).toEqual({ atMs: times.receivedAtMs, label, text });
  });

  test.each([
    ['a call that somebody took', { event: 'completed', invitationId: 'id', outcome: { result: 'answered' } }, 'good'],
    ['a call that nobody took', { event: 'completed', invitationId: 'id', outcome: { result: 'missed' } }, 'bad'],
    ['a command that was refused', { command: 'accept', result: 'refused', status: 409 }, 'bad'],
  ])('has the colour of its outcome: %s', (_, data, colour) => {
    const type = 'command' in data ? 'ucwa.command.settled' : undefined;
    expect(describeEvent(seen(data, type), times, () => 'Alice').colour).toBe(colour);
  });
});

it('prints what others wrote without their control characters', () => {
  const lines: string[] = [];
  const plain = (text: string): string => text;
  const terminal: Terminal = {
    line: (text = '') => void lines.push(text),
    bold: plain,
    dim: plain,
    good: plain,
    bad: plain,
    accent: plain,
  };
  printLine(terminal, {
    atMs: new Date(2026, 0, 2, 3, 4, 5, 6).getTime(),
    label: 'ring',
    text: 'Eve \u001B[2J\r\n → you',
  });
  expect(lines).toEqual(['03:04:05.006  ring       Eve ·[2J·· → you']);
});

it('prints an event in one line of 100 columns, and a problem whole', () => {
  const lines: string[] = [];
  const output = Object.assign(Object.create(process.stdout) as NodeJS.WriteStream, {
    isTTY: false,
    write: (text: string) => lines.push(text),
  });
  for (const label of ['webhook', 'problem'])
    printLine(createTerminal(output, {}), { atMs: 0, label, text: 'some words '.repeat(9).trim() });
  expect(lines.map((line) => line.trimEnd().length)).toEqual([100, 95, 52]);
  expect(lines.slice(1).join('').replace(/\s+/g, ' ')).toContain(`problem ${'some words '.repeat(9).trim()}`);
});

test.each([
  ['[pollEventChannel0] {"event":"ucwaConnected","level":"info"}', undefined],
  ['warning: the timer is late', { label: 'warning', text: 'the timer is late' }],
  [
    'error: [pollEventChannel0] {"event":"accountDisconnected","account":"sip:a@b.c","error":"credentialsRejected","status":400}',
    { label: 'error', text: 'accountDisconnected  sip:a@b.c  credentialsRejected' },
  ],
  ['warning: {"event":"slow","message":"It was slow.","error":"x"}', { label: 'warning', text: 'slow  It was slow.' }],
])('of the host’s line %s the screen has what concerns a person', (line, expected) => {
  expect(describeHostLine(line)).toEqual(expected);
});

test.each([
  ['{"spam":1}', undefined],
  ['{"span":"publish", and no more', undefined],
  [
    '[deliverEvent] {"span":"POST","ms":12.34,"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","attributes":{"http.status":204}}',
    '    12.3 ms  trace 4bf92f35  POST  status=204',
  ],
  [
    '{"span":"command","ms":5,"traceId":"4bf92f3577b34da6","error":"refused","attributes":{}}',
    '     5.0 ms  trace 4bf92f35  command  FAILED refused',
  ],
])('a span that the app writes is a line: %s', (line, expected) => {
  expect(describeSpan(line)).toBe(expected);
});

it('shows where the console is, and its key, where no browser opens', async () => {
  const lines: string[] = [];
  const output = Object.assign(Object.create(process.stdout) as NodeJS.WriteStream, {
    isTTY: false,
    write: (text: string) => lines.push(text),
  });
  const path = process.env['PATH'];
  process.env['PATH'] = '';
  const facts = { consoleUrl: 'http://127.0.0.1:7071/api/console/', functionsKey: 'the key' };
  await openConsole(facts, createTerminal(output, {})).finally(() => (process.env['PATH'] = path));
  expect(lines).toEqual([`\n  Console  ${facts.consoleUrl}\n  Key      the key\n\n`]);
});

test.each([
  [true, {}, '\u001B[1mx\u001B[22m'],
  [true, { NO_COLOR: '1' }, 'x'],
  [false, {}, 'x'],
])('colour on a terminal: %j, with %j', (isTTY, environment, expected) => {
  const output = Object.assign(Object.create(process.stdout) as NodeJS.WriteStream, { isTTY });
  expect(createTerminal(output, environment).bold('x')).toBe(expected);
});

describe('the moment of emission', () => {
  const signingKey = 'a signing key for tests, long enough';
  const href = '/ucwa/oauth/v1/applications/7/communication/audioVideoInvitations/abc';
  const invitationId = invitationIdOf(href, account, signingKey);
  const emitted = [
    { type: 'started', href, at: '2026-01-01T00:00:00.000Z' },
    {
      type: 'added',
      href: '/ucwa/oauth/v1/applications/7/communication/conversations/1',
      at: '2026-01-01T00:00:00.000Z',
    },
    { type: 'updated', href, at: '2026-01-01T00:00:01.000Z' },
    { type: 'updated', href, at: '2026-01-01T00:00:02.000Z' },
  ];
  const asked: number[] = [];
  const times = createEmissionTimes(
    {
      emitted: (from) => {
        asked.push(from);
        return Promise.resolve(emitted.slice(from));
      },
    },
    signingKey,
  );

  test.each([
    ['updated', invitationId, '2026-01-01T00:00:01.000Z'],
    ['started', invitationId, '2026-01-01T00:00:00.000Z'],
    ['updated', invitationId, '2026-01-01T00:00:02.000Z'],
    ['updated', invitationId, undefined],
    ['started', 'not an id', undefined],
  ])('of %s, in the order of its kind', async (event, id, expected) => {
    const found = await times.of(seen({ event, invitationId: id }));
    expect(found).toBe(expected === undefined ? undefined : Date.parse(expected));
  });

  it('reads no event of the ledger twice', () => {
    expect(asked).toEqual([0, emitted.length]);
  });
});
