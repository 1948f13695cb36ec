import { RelayError } from '../../../shared/errors/relayError';
import { PasswordGuard } from '../../../shared/ucwa/signIn/passwordGuard';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { sendJson, startScriptedServer, type Script, type ScriptedServer } from '../../support/scriptedServer';
import { memoryRejectedCredentials, startTestSession, type TestSession } from '../../support/ucwaSession';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';

const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

let clock: FakeClock;
let ucwa: TestUcwa;
const sessions: TestSession[] = [];
const servers: ScriptedServer[] = [];

function start(url = ucwa.url, options: Parameters<typeof startTestSession>[1] = {}): TestSession {
  const session = startTestSession(url, { clock, ...options });
  sessions.push(session);
  return session;
}
async function serve(script: Script): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  servers.push(server);
  return server;
}

beforeEach(async () => {
  clock = createFakeClock();
  ucwa = await startTestUcwa({ clock });
});
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()));
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await ucwa.close();
});

test('signs in once, however many ask at once', async () => {
  const { session } = start();
  const paths = await Promise.all([1, 2, 3].map(() => session.application(never).then(({ path }) => path)));
  expect(new Set(paths).size).toBe(1);
  expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(1);
  expect(session.health().tokenExpiresAtMs).toBe(clock.now() + 28_800_000);
});

describe('a rejected password', () => {
  const account = { password: 'wrong' };

  test('is sent once, then not for an hour by any process, then once more', async () => {
    const rejectedCredentials = memoryRejectedCredentials();
    const attempt = () => start(ucwa.url, { account, rejectedCredentials }).session.application(never);

    await expect(attempt()).rejects.toMatchObject({ code: 'credentialsRejected', retryAfterMs: HOUR_MS });
    await expect(attempt()).rejects.toThrow(
      /sip:reception@contoso\.com.*UCWA_ACCOUNTS.*not tried again before 2026-01-15T13:00:00\.000Z/,
    );
    await clock.advance(HOUR_MS - 1);
    await expect(attempt()).rejects.toMatchObject({ code: 'credentialsRejected', retryAfterMs: 1 });
    expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(1);

    await clock.advance(1);
    await Promise.allSettled([attempt(), clock.advance(10).then(attempt)]);
    expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(2);
  });

  test('is sent once by processes that sign in at the same instant, at first and an hour later', async () => {
    const rejectedCredentials = memoryRejectedCredentials();
    const attemptAll = () =>
      Promise.allSettled(
        Array.from({ length: 5 }, () => start(ucwa.url, { account, rejectedCredentials }).session.application(never)),
      );
    for (const sent of [1, 2]) {
      const outcomes = await clock.advanceUntil(attemptAll());
      expect(outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as RelayError).code)).toEqual(
        Array(5).fill('credentialsRejected'),
      );
      expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(sent);
      await clock.advance(HOUR_MS);
    }
  });

  test('is forgotten as soon as another password is right', async () => {
    const rejectedCredentials = memoryRejectedCredentials();
    await expect(start(ucwa.url, { account, rejectedCredentials }).session.application(never)).rejects.toMatchObject({
      code: 'credentialsRejected',
    });
    await start(ucwa.url, { rejectedCredentials }).session.application(never);
    expect(ucwa.simulator.ledger.tokenRequests.map(({ status }) => status)).toEqual([400, 200]);
    expect(rejectedCredentials.rows.size).toBe(0);
  });

  test('ends the channel, and health says so', async () => {
    const { session, ...channel } = start(ucwa.url, { account });
    await expect(channel.listen().ended).rejects.toMatchObject({ code: 'credentialsRejected' });
    expect(session.health()).toMatchObject({
      state: 'credentialsRejected',
      lastError: expect.stringContaining('rejected the user name and password') as string,
    });
  });

  test('is not tried again by this process either where the memory of all processes fails', async () => {
    const rejectedCredentials = {
      ...memoryRejectedCredentials(),
      record: () => Promise.reject(new RelayError('storageUnavailable', 'down')),
    };
    const { session } = start(ucwa.url, { account, rejectedCredentials });
    for (let time = 0; time < 3; time += 1)
      await expect(session.application(never)).rejects.toMatchObject({ code: 'credentialsRejected' });
    expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(1);
  });

  test('is not tried at all while it is not known whether it was rejected', async () => {
    const rejectedCredentials = {
      ...memoryRejectedCredentials(),
      claim: () => Promise.reject(new RelayError('storageUnavailable', 'down')),
    };
    await expect(start(ucwa.url, { rejectedCredentials }).session.application(never)).rejects.toMatchObject({
      code: 'storageUnavailable',
    });
    expect(ucwa.simulator.ledger.tokenRequests).toEqual([]);
  });

  test('is remembered by something from which it cannot be told', async () => {
    const rejectedCredentials = memoryRejectedCredentials();
    await expect(start(ucwa.url, { account, rejectedCredentials }).session.application(never)).rejects.toThrow();
    expect(rejectedCredentials.rows.get('sip:reception@contoso.com')).toEqual({
      state: 'rejected',
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      atMs: clock.now(),
      etag: expect.any(String) as string,
    });
  });
});

describe('a right password', () => {
  test('is tried by one process after the other', async () => {
    const rejectedCredentials = memoryRejectedCredentials();
    const all = Array.from({ length: 3 }, () => start(ucwa.url, { rejectedCredentials }).session.application(never));
    await clock.advanceUntil(Promise.all(all));
    expect(ucwa.simulator.ledger.tokenRequests.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(rejectedCredentials.rows.size).toBe(0);
  });

  test('is tried at once where the pool had failed, and within ten seconds where a process died in trying', async () => {
    const rejectedCredentials = memoryRejectedCredentials();
    const { session } = start(ucwa.url, { rejectedCredentials });
    const guard = new PasswordGuard({
      account: session.account,
      rejectedCredentials,
      clock,
      signingKey: 'a signing key for tests, long enough',
    });
    await expect(guard.attempt(() => Promise.reject(new RelayError('upstreamTimeout', 'down')))).rejects.toMatchObject({
      code: 'upstreamTimeout',
    });
    expect(rejectedCredentials.rows.size).toBe(0);
    await rejectedCredentials.claim(session.account.sipUri, { state: 'trying', fingerprint: 'x', atMs: clock.now() });
    const diedAtMs = clock.now();
    await clock.advanceUntil(session.application(never));
    expect(clock.now() - diedAtMs).toBeLessThanOrEqual(11_000);
  });
});

describe('the ticket', () => {
  test('is renewed before it expires, and the application is kept', async () => {
    const { session, ...channel } = start();
    channel.listen();
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    const { id } = await session.application(never);
    // 0.825 of 28,800 s with the test's random of one half.
    await clock.advance(23_700_000);
    expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(1);
    await clock.advance(300_000);
    expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(2);
    expect(await session.application(never)).toMatchObject({ id });
    expect(ucwa.simulator.ledger.lifecycle.filter(({ action }) => action === 'createApplication')).toHaveLength(1);
  });

  test('is used to its end when it cannot be renewed', async () => {
    const { session, lines, ...channel } = start();
    channel.listen();
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    ucwa.fault({ kind: 'status', status: 503, on: 'token', times: 5 });
    await clock.advance(24_000_000);
    expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', event: 'ucwaTicketNotRenewed' }));
    expect(session.health()).toMatchObject({ state: 'connected', lastError: undefined });
    await clock.advance(2_000_000);
    expect(session.health().tokenExpiresAtMs).toBeGreaterThan(clock.now() + 20_000_000);
  });

  test('goes to no origin but the one that issued it', async () => {
    ucwa.fault({ kind: 'wrongTicketHost' });
    const { session } = start();
    await session.application(never);
    const hosts = ucwa.simulator.ledger.tokenRequests.map(({ host }) => host);
    expect(hosts).toEqual([`127.0.0.1:${ucwa.port}`, `localhost:${ucwa.port}`]);
  });
});

describe('discovery', () => {
  test('follows redirects, before and after the user is known', async () => {
    ucwa.fault({ kind: 'discoveryRedirect', times: 2 });
    ucwa.fault({ kind: 'userRedirect' });
    await start().session.application(never);
    expect(ucwa.simulator.faults.list()).toEqual([]);
  });

  test('gives up when it is led on and on', async () => {
    ucwa.fault({ kind: 'discoveryRedirect', times: 50 });
    await expect(start().session.application(never)).rejects.toMatchObject({ code: 'upstreamFailed' });
    expect(ucwa.simulator.ledger.tokenRequests).toEqual([]);
  });

  test.each([
    ['the root leads there', { kind: 'discoveryRedirect', to: 'https://lync.fabrikam.com/' }],
    ['the user leads there', { kind: 'userRedirect', to: 'https://lync.fabrikam.com/' }],
    ['there is no TLS', { kind: 'discoveryRedirect', to: 'http://lync.contoso.com/' }],
  ] as const)('goes to no host that is not allowed: %s', async (_, fault) => {
    ucwa.fault(fault);
    await expect(start().session.application(never)).rejects.toMatchObject({ code: 'hostNotAllowed' });
  });

  test('a configured root that is not allowed is not asked', async () => {
    const { session } = start('https://lync.fabrikam.com/');
    await expect(session.application(never)).rejects.toThrow('lync.fabrikam.com, which is neither in');
  });

  test('follows a redirect of HTTP too, and to allowed hosts only', async () => {
    const entryPoint = await serve((_, response) => response.writeHead(302, { Location: ucwa.url }).end());
    await start(entryPoint.url).session.application(never);
    const trap = await serve((_, response) => response.writeHead(302, { Location: 'https://evil.example/' }).end());
    await expect(start(trap.url).session.application(never)).rejects.toMatchObject({ code: 'hostNotAllowed' });
  });

  test('says why there is none', async () => {
    const nobody = await serve((_, response) => response.writeHead(404).end());
    await expect(start(nobody.url).session.application(never)).rejects.toThrow(
      /found no Skype for Business.*There is no discovery at 127\.0\.0\.1:\d+ \(404\)/,
    );
    const lost = await serve((_, response) => sendJson(response, 200, { _links: { self: { href: '/' } } }));
    await expect(start(lost.url).session.application(never)).rejects.toThrow('no root resource (200)');
  });
});

describe('where the password is not asked for', () => {
  const challenged = (challenge: string): Promise<ScriptedServer> =>
    serve(({ path, headers }, response) => {
      if (headers.authorization === 'Bearer token-of-the-identity')
        sendJson(response, 200, { _links: { applications: { href: '/apps' } } });
      else if (path === '/') sendJson(response, 200, { _links: { user: { href: '/user' } } });
      else response.writeHead(401, { 'WWW-Authenticate': challenge }).end('<html/>');
    });
  const modern = 'Bearer trusted_issuers="", authorization_uri="https://login.windows.net/common/oauth2/authorize"';

  test.each([
    [
      'MsRtcOAuth href="/t",grant_type="urn:microsoft.rtc:windows,urn:microsoft.rtc:anonmeeting"',
      /offers urn:microsoft\.rtc:windows, urn:microsoft\.rtc:anonmeeting\. .*Integrated Windows.*Set-CsAuthConfig/,
    ],
    ['MsRtcOAuth href="/t",grant_type="urn:microsoft.rtc:passive"', /Passive sign-in.*UseWsFedPassiveAuth/],
    [modern, /offers Bearer\. Modern authentication/],
    ['Negotiate, NTLM', /offers Negotiate, NTLM/],
  ])('it is not sent, and the error says what was offered: %s', async (challenge, sentence) => {
    const server = await challenged(challenge);
    const attempt = start(server.url).session.application(never);
    await expect(attempt).rejects.toMatchObject({ code: 'noUsableGrant' });
    await expect(attempt).rejects.toThrow(sentence);
    expect(server.requests.map(({ method }) => method)).not.toContain('POST');
  });

  test('it is not sent to a token service that is not allowed', async () => {
    const server = await challenged('MsRtcOAuth href="https://tokens.fabrikam.com/t",grant_type="password"');
    await expect(start(server.url).session.application(never)).rejects.toMatchObject({
      code: 'hostNotAllowed',
      extensions: { host: 'tokens.fabrikam.com' },
    });
    const plain = await challenged('MsRtcOAuth href="http://lync.contoso.com/t",grant_type="password"');
    await expect(start(plain.url).session.application(never)).rejects.toThrow('only https is used');
  });

  test('health says that nobody can sign in', async () => {
    const server = await challenged('MsRtcOAuth href="/t",grant_type="urn:microsoft.rtc:windows"');
    const { session, ...test } = start(server.url);
    await expect(test.listen().ended).rejects.toMatchObject({ code: 'noUsableGrant' });
    expect(session.health()).toMatchObject({
      state: 'cannotSignIn',
      lastError: expect.stringContaining('Integrated Windows') as string,
    });
  });

  test('an identity signs in where there is one', async () => {
    const server = await challenged(modern);
    const asked: unknown[] = [];
    const bearerToken = (request: unknown): Promise<string> => {
      asked.push(request);
      return Promise.resolve('token-of-the-identity');
    };
    const { session } = start(server.url, { bearerToken });
    await expect(session.application(never)).rejects.toThrow();
    expect(asked[0]).toEqual({
      authorizationUri: 'https://login.windows.net/common/oauth2/authorize',
      resource: server.origin,
    });
    expect(server.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/apps',
      headers: { authorization: 'Bearer token-of-the-identity' },
    });
  });

  test.each([
    [400, { error: 'unsupported_grant_type' }, 'noUsableGrant'],
    [400, { error: 'invalid_grant', ms_rtc_passiveauthuri: 'https://x/' }, 'noUsableGrant'],
    [400, { error: 'server_error' }, 'upstreamFailed'],
    [400, { error: 'invalid_request' }, 'upstreamRefused'],
    [401, {}, 'credentialsRejected'],
    [403, {}, 'noUsableGrant'],
    [503, {}, 'upstreamFailed'],
    [200, {}, 'responseUnreadable'],
    [302, {}, 'upstreamRefused'],
  ])('a token service that answers %i %j is %s', async (status, body, code) => {
    const server = await serve(({ path }, response) => {
      if (path === '/') sendJson(response, 200, { _links: { user: { href: '/user' } } });
      else if (path === '/user')
        response.writeHead(401, { 'WWW-Authenticate': 'MsRtcOAuth href="/t",grant_type="password"' }).end();
      else sendJson(response, status, body, { Location: 'https://evil.example/' });
    });
    await expect(start(server.url).session.application(never)).rejects.toMatchObject({ code });
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

test('sends what a server client needs, and never an Origin; no error and no line shows password or ticket', async () => {
  const server = await serve(({ path, headers }, response) => {
    if (path === '/') sendJson(response, 200, { _links: { user: { href: '/user' } } });
    else if (path === '/t') sendJson(response, 200, { access_token: 'cwt=SECRET', expires_in: 100 });
    else if (headers.authorization === undefined)
      response.writeHead(401, { 'WWW-Authenticate': 'MsRtcOAuth href="/t",grant_type="password"' }).end();
    else if (path === '/user') sendJson(response, 200, { _links: { applications: { href: '/apps' } } });
    else response.destroy();
  });
  const { session, lines } = start(server.url, { account: { password: 'hunter2' } });
  const error: unknown = await session.application(never).catch((thrown: unknown) => thrown);
  expect(server.requests.map(({ path }) => path)).toEqual(['/', '/user', '/t', '/user', '/apps']);
  for (const { headers } of server.requests) {
    expect(Object.keys(headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(origin|x-ms-origin|referer|cookie)$/)]),
    );
    expect(headers.accept).toBe('application/json');
  }
  const { inspect } = await import('node:util');
  const shown = inspect(
    { error, lines, health: session.health() },
    { depth: Infinity, showHidden: true, getters: true },
  );
  expect(shown).toContain('ECONNRESET');
  expect(shown).not.toMatch(/hunter2|SECRET/);
});
