import { commandTable, namedBy, situations } from '../support/commandTable';
import { startTestRelay, type TestRelay } from '../support/relay';

let relay: TestRelay;
beforeAll(async () => (relay = await startTestRelay()));
afterAll(() => relay.close());

describe('commands over HTTP', () => {
  test.each(commandTable)('$situation: $title → $status $result', async (row) => {
    const { situation, title, command, body, status, result, action } = row;
    const invitationId = await situations[situation](relay, `${situation} ${title}`);
    const before = relay.ucwa.simulator.ledger.commands.length;
    const answer = await relay.command(invitationId, command, body);
    expect(answer.status).toBe(status);
    if (status === 202) expect(answer.data).toEqual({ invitationId, command, result, ...namedBy(row) });
    else expect(answer.data).toMatchObject({ type: `urn:ucwa-relay:problem:${result}`, status });
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
      authentication: 'key',
      caller: expect.stringMatching(/^key:[0-9a-f]{12}$/),
    });
  });
});

describe('what is no route', () => {
  test.each([
    ['GET', '/invitation', 404, 'notFound', undefined],
    ['PATCH', '/invitations', 405, 'methodNotAllowed', 'GET, POST'],
    ['POST', '/invitations/some-id/acept', 404, 'notFound', undefined],
  ])('%s %s → %i %s, also without a key', async (method, url, status, code, allow) => {
    const answer = await relay.http().request({ method, url, headers: { 'x-functions-key': '' } });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect([answer.status, answer.headers['allow']]).toEqual([status, allow]);
    expect(answer.data).toMatchObject({ type: `urn:ucwa-relay:problem:${code}`, status });
  });
});
