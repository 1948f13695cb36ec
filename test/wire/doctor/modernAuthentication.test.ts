import { createFakeClock } from '../../support/fakeClock';
import { sendJson, startScriptedServer, type ScriptedServer } from '../../support/scriptedServer';
import { failedOf, startDoctor, stepOf } from './testDoctor';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer(({ path, headers }, response) => {
    if (path === '/') sendJson(response, 200, { _links: { user: { href: '/user' } } });
    else if (headers.authorization === 'Bearer token-of-the-identity')
      sendJson(response, 200, { _links: { applications: { href: '/applications' } } });
    else
      response
        .writeHead(401, { 'WWW-Authenticate': 'Bearer authorization_uri="https://login.example/authorize"' })
        .end('<html/>');
  });
});
afterEach(() => server.close());

const passwords = (): unknown[] => server.requests.filter(({ body }) => body.includes('password'));

test('a pool that offers modern authentication alone: the relay’s identity signs in, and no password is sent', async () => {
  const clock = createFakeClock(Date.now());
  const bearerToken = (): Promise<string> => Promise.resolve('token-of-the-identity');
  const steps = await clock.advanceUntil(startDoctor(server.url, { clock, bearerToken }).steps);
  expect(stepOf(steps, 'challenge')).toMatchObject({
    outcome: 'passed',
    fact: expect.stringContaining('modern authentication at https://login.example/authorize') as string,
  });
  expect(stepOf(steps, 'token')).toMatchObject({
    outcome: 'passed',
    fact: 'Microsoft Entra ID gave a token to the identity of AZURE_CLIENT_ID',
  });
  expect(passwords()).toEqual([]);
});

test('where the relay has no identity, the step says what the pool offers and what to do', async () => {
  const clock = createFakeClock(Date.now());
  const steps = await clock.advanceUntil(startDoctor(server.url, { clock }).steps);
  expect(failedOf(steps)).toEqual(['challenge']);
  expect(stepOf(steps, 'challenge')).toMatchObject({
    fact: expect.stringContaining('it offers Bearer') as string,
    whatToDo: expect.stringContaining('AZURE_CLIENT_ID') as string,
  });
  expect(passwords()).toEqual([]);
});
