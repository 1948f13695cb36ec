import { configWithReplies, openCommandEntryPoint, type CommandEntryPoint } from '../support/commandEntryPoint';
import { commandTable, namedBy, situations } from '../support/commandTable';
import { startTestRelay, type TestRelay } from '../support/relay';

let relay: TestRelay;
let entryPoint: CommandEntryPoint;
beforeAll(async () => {
  relay = await startTestRelay({ busConfig: configWithReplies() });
  entryPoint = openCommandEntryPoint(relay.bus.connectionString);
});
afterAll(async () => {
  await entryPoint.close();
  await relay.close();
});

describe('commands over the queue', () => {
  test.each(commandTable)('$situation: $title → $result', async (row) => {
    const { situation, title, command, body, status, result, action } = row;
    const invitationId = await situations[situation](relay, `${situation} ${title}`);
    const before = relay.ucwa.simulator.ledger.commands.length;
    const reply = await entryPoint.ask({ command, invitationId, ...body, caller: 'switchboard' });
    expect(reply).toMatchObject({ invitationId, command, result, ...(result === 'sent' && namedBy(row)) });
    expect(relay.ucwa.simulator.ledger.commands.slice(before).map((one) => one.action)).toEqual(
      action === undefined ? [] : [action],
    );
    const settled = await relay.topic.event(
      ({ type, subject }) => type === 'ucwa.command.settled' && subject === invitationId,
    );
    expect(settled.data).toMatchObject({
      command,
      result,
      status,
      authentication: 'unverified',
      caller: 'queue:switchboard',
    });
  });

  it('answers where the message’s own replyTo says, in the session that it asks for', async () => {
    const invitationId = await situations['incoming, ringing'](relay, 'replyTo and session');
    const reply = await entryPoint.askInSession({ command: 'decline', invitationId }, 'desk 7');
    expect(reply).toMatchObject({
      body: { invitationId, command: 'decline', result: 'sent' },
      sessionId: 'desk 7',
      correlationId: expect.stringMatching(/^session-/),
    });
  });

  // The Functions library parses what looks like JSON.
  test.each(['12345678901234567890', '1e5', ' 12 ', 'null', '"in quotes"', '{"order":1.0}'])(
    'answers with the message’s id and session as the sender wrote them: %s',
    async (text) => {
      const reply = await entryPoint.ask({ command: 'decline', invitationId: 'unknown' }, text);
      expect(reply).toMatchObject({ correlationId: text, result: 'invitationNotFound' });
      const { sessionId } = await entryPoint.askInSession({ command: 'decline', invitationId: 'unknown' }, text);
      expect(sessionId).toBe(text);
    },
  );

  test.each([
    ['in its body', 'invitation-events', {}],
    ['in its body, a part of one', 'Invitation-Commands/$DeadLetterQueue', {}],
    ['outside', undefined, { replyTo: 'invitation-commands' }],
  ])('refuses a command whose replyTo (%s) is an entity of the relay', async (_, replyTo, outside) => {
    await entryPoint.send({ command: 'decline', invitationId: 'x', replyTo }, {}, outside);
    const dead = await entryPoint.deadLetter();
    expect(dead.applicationProperties?.refusal).toMatch(/replyTo.*must be a queue of yours/);
  });

  test.each([
    ['too long', { command: 'dance', padding: 'x'.repeat(200_000) }],
    ['nested too deep', `{"command":"dance","padding":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
  ])('keeps the reason of a refused command that is %s', async (_, body) => {
    await entryPoint.send(typeof body === 'string' ? Buffer.from(body) : body);
    const dead = await entryPoint.deadLetter();
    expect(dead.applicationProperties?.refusal).toMatch(
      /"command" must be one of accept, decline, cancel, hangup, hold, resume, start/,
    );
  });

  it('lets exactly one of fifty callers at once have a ringing call, over and over', async () => {
    for (let round = 1; round <= 5; round++) {
      const invitationId = await situations['incoming, ringing'](relay, `race ${String(round)}`);
      const before = relay.ucwa.simulator.ledger.commands.length;
      const replies = await Promise.all(
        Array.from({ length: 50 }, (_, caller) =>
          entryPoint.ask({
            command: caller % 2 === 0 ? 'accept' : 'decline',
            invitationId,
            caller: `caller ${String(caller)}`,
          }),
        ),
      );
      expect(relay.ucwa.simulator.ledger.commands.length - before).toBe(1);
      expect(replies.map(({ result }) => result).sort()).toEqual([
        ...Array.from({ length: 49 }, () => 'alreadyClaimed'),
        'sent',
      ]);
      expect(new Set(replies.flatMap(({ result, message }) => (result === 'sent' ? [] : [message]))).size).toBe(1);
    }
  });

  test.each([
    [
      'no command',
      { invitationId: 'x' },
      '"command" must be one of accept, decline, cancel, hangup, hold, resume, start.',
    ],
    [
      'an unknown reason',
      { command: 'decline', invitationId: 'x', reason: 'Lunch' },
      expect.stringContaining('"reason" must be one of Global, Local'),
    ],
    ['no object', 'decline please', 'The command must be of type object.'],
  ])(
    'puts a message with %s into the dead-letter queue with a reason that a person understands',
    async (_title, body, reason) => {
      await entryPoint.send(body);
      const dead = await entryPoint.deadLetter();
      expect(dead.applicationProperties?.refusal).toEqual(reason);
      expect(Buffer.isBuffer(dead.body) ? dead.body.toString() : dead.body).toEqual(body);
    },
  );
});
