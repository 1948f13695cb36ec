import type { FaultRequest } from '../../../infra/local/ucwa/faults/faultTable';
import { readHealth } from '../../../shared/http/health/health';
import { encodeSlotHealth, toAccountHealth } from '../../../shared/relay/accountHealth';
import { slotOf } from '../../../shared/relay/slots';
import { createUcwaHttp, type UcwaHttp } from '../../../shared/ucwa/http';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { keepConnected } from '../../support/relayTo';
import { startScriptedServer } from '../../support/scriptedServer';
import { startTestSession } from '../../support/ucwaSession';
import { listOf } from '../../support/memoryAccountTable';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';

const MINUTE_MS = 60_000;
const ALWAYS = 100_000;

interface RefusalCase {
  readonly name: string;
  readonly fault: FaultRequest;
  /** Struck when the account is connected already, not while it signs in. */
  readonly whileConnected?: true;
  readonly status: 'pass' | 'warn' | 'fail';
  readonly says: RegExp;
  /** The error of the line `accountDisconnected`, on which the alert fires; undefined where there is none. */
  readonly alert?: string;
  /** At most, in the hour. */
  readonly requests: number;
  readonly passwords: number;
}

const refused = (status: number, subcode?: string, on: 'applications' | 'makeMeAvailable' = 'applications') =>
  ({ kind: 'status', status, subcode, on, times: ALWAYS }) as const;

const cases: readonly RefusalCase[] = [
  {
    name: 'mobility is switched off for the user',
    fault: refused(403, 'MobileApplicationNoLongerAllowed'),
    status: 'fail',
    says: /may not use mobile applications.*Grant-CsMobilityPolicy/,
    alert: 'accountRefused',
    requests: 12,
    passwords: 1,
  },
  {
    name: 'the user agent is not admitted',
    fault: refused(403, 'UserAgentNotAllowed'),
    status: 'fail',
    says: /does not admit the client.*New-CsClientVersionPolicyRule/,
    alert: 'accountRefused',
    requests: 12,
    passwords: 1,
  },
  {
    name: 'there are too many applications',
    fault: refused(409, 'TooManyApplications'),
    status: 'fail',
    says: /too many UCWA applications.*after 15 minutes/,
    alert: 'accountRefused',
    requests: 12,
    passwords: 1,
  },
  {
    name: 'makeMeAvailable is refused as it stands',
    fault: refused(400, 'ParameterValidationFailure', 'makeMeAvailable'),
    status: 'fail',
    says: /makeMeAvailable.*Correct modalities, signInAs, phoneNumber and audioPreference/,
    alert: 'accountRefused',
    requests: 20,
    passwords: 1,
  },
  {
    name: 'a bare 403 answers every application',
    fault: refused(403),
    status: 'fail',
    says: /Not connected since .*403.*not sent again before/,
    requests: 200,
    passwords: 4,
  },
  {
    name: 'the pool is down and there is no backup pool',
    fault: refused(410, 'CannotRedirect'),
    status: 'fail',
    says: /no backup pool is configured/,
    requests: 200,
    passwords: 4,
  },
  {
    name: 'the application offers no makeMeAvailable and nothing is granted',
    fault: { kind: 'notToBeMadeAvailable', times: ALWAYS },
    status: 'fail',
    says: /No call will come/,
    requests: 40,
    passwords: 1,
  },
  {
    name: 'the password is rejected',
    fault: { kind: 'credentialsRejected', times: ALWAYS },
    status: 'fail',
    says: /rejected the user name and password/,
    alert: 'credentialsRejected',
    requests: 150,
    passwords: 2, // The second as the hour ends.
  },
  {
    name: 'only Windows sign-in is offered',
    fault: { kind: 'grantsNotOffered', grants: ['urn:microsoft.rtc:windows'], times: ALWAYS },
    status: 'fail',
    says: /offers no sign-in that the relay can use/,
    alert: 'noUsableGrant',
    requests: 150,
    passwords: 0,
  },
  {
    name: 'discovery leads to the cloud',
    fault: { kind: 'discoveryRedirect', to: 'https://webdir0e.online.lync.com/', times: ALWAYS },
    status: 'fail',
    says: /moved to the cloud/,
    alert: 'accountMoved',
    requests: 150,
    passwords: 0,
  },
  {
    name: 'discovery leads to a foreign host',
    fault: { kind: 'discoveryRedirect', to: 'https://lync.elsewhere.example/', times: ALWAYS },
    status: 'fail',
    says: /lync\.elsewhere\.example, which is neither in/,
    alert: 'hostNotAllowed',
    requests: 150,
    passwords: 0,
  },
  {
    name: 'a web page answers discovery',
    fault: { kind: 'htmlBody', status: 200, on: 'discovery', times: ALWAYS },
    status: 'fail',
    says: /responds with a web page \(200\), not with discovery/,
    requests: 300,
    passwords: 0,
  },
  {
    name: 'every challenge names a foreign host',
    fault: { kind: 'challengeVariant', variant: 'foreignHost', times: ALWAYS },
    status: 'fail',
    says: /sso\.elsewhere\.example/,
    alert: 'hostNotAllowed',
    requests: 200,
    passwords: 0,
  },
  {
    name: 'one stray 401 names a foreign host',
    fault: { kind: 'challengeVariant', variant: 'foreignHost' },
    whileConnected: true,
    status: 'pass',
    says: /^$/,
    requests: 60,
    passwords: 2,
  },
];

let clock: FakeClock;
let ucwa: TestUcwa;
beforeEach(async () => {
  clock = createFakeClock();
  ucwa = await startTestUcwa({ clock });
});
afterEach(() => ucwa.close());

/** The relay's own HTTP, counted. */
function countRequests(): { readonly http: UcwaHttp; count(): number } {
  const http = createUcwaHttp({ clock });
  let requests = 0;
  return {
    count: () => requests,
    http: { request: (request) => (requests++, http.request(request)), close: () => http.close() },
  };
}

test.each(cases.map((each) => [each.name, each] as const))(
  'an hour in which %s',
  async (name, { fault, whileConnected, status, says, alert, requests, passwords }) => {
    const counted = countRequests();
    const test_ = startTestSession(ucwa.url, { clock, http: counted.http });
    if (whileConnected !== true) ucwa.fault(fault);
    const connected = keepConnected(test_.session, clock);
    if (whileConnected === true) {
      await clock.advanceUntil(ucwa.simulator.whenPolling());
      ucwa.fault(fault);
      ucwa.fault({ kind: 'tokenExpired' });
      await clock.advance(5_000);
      expect(ucwa.simulator.applications.all().some(({ channel }) => channel.hasPendingPoll)).toBe(true);
    }
    await clock.advance(60 * MINUTE_MS);

    const { sipUri } = test_.session.account;
    const health = encodeSlotHealth([toAccountHealth(sipUri, test_.session.health())]);
    const row = { slot: slotOf(sipUri), owner: 'p', expiresAtMs: clock.now() + 10_000, health };
    const { checks } = await readHealth({
      accounts: listOf(sipUri),
      leases: { read: () => Promise.resolve([row]) },
      subscribers: () => Promise.resolve([]),
      azure: () => Promise.resolve({ bus: [], tables: { problems: [] } }),
      nowMs: clock.now(),
    });
    const [check] = checks?.[`account:${sipUri}`] ?? [];
    const output = typeof check?.['output'] === 'string' ? check['output'] : '';
    const lines = connected.log.lines.filter(
      ({ event, level }) => event === 'accountDisconnected' && level === 'error',
    );
    const isNews = ({ level }: { readonly level: string }): boolean => level === 'error' || level === 'warn';
    const first = [...connected.log.lines, ...test_.lines].find(isNews);
    const posts = ucwa.simulator.ledger.tokenRequests.length;
    process.stdout.write(
      `${name} | ${String(check?.status)}: ${output} | ` +
        `${first === undefined ? '—' : `${first.level} ${first.event}`}, accountDisconnected × ${String(lines.length)}` +
        ` | alert ${String(lines[0]?.fields['error'] ?? '—')} | ${String(counted.count())} requests, ${String(posts)} passwords\n`,
    );
    expect(check?.status).toBe(status);
    expect(output).toMatch(says);
    expect(lines.map(({ fields }) => fields['error'])).toEqual(alert === undefined ? [] : [alert]);
    expect(posts).toBeLessThanOrEqual(passwords);
    expect(counted.count()).toBeLessThanOrEqual(requests);
    await connected.stop();
    await test_.close();
  },
);

test('an account that was connected for a minute may sign in again at once, however often', async () => {
  const test_ = startTestSession(ucwa.url, { clock });
  const connected = keepConnected(test_.session, clock);
  for (let time = 0; time < 8; time += 1) {
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    await clock.advance(61_000);
    ucwa.fault({ kind: 'tokenExpired' });
    await clock.advance(1_000);
  }
  await clock.advanceUntil(ucwa.simulator.whenPolling());
  expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(9);
  await connected.stop();
  await test_.close();
});

test.each([401, 403] as const)(
  'a command whose ticket is refused by %s is sent once more, with a new one',
  async (status) => {
    const test_ = startTestSession(ucwa.url, { clock });
    const connected = keepConnected(test_.session, clock);
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    const { invitation } = ucwa.ring();
    ucwa.simulator.wrongHostStatus = status;
    ucwa.simulator.tickets.revoke(undefined);
    await test_.session.post(
      { href: `${invitation}/decline`, body: { reason: 'Global' } },
      new AbortController().signal,
    );
    expect(ucwa.simulator.ledger.commands.map((command) => command.status).at(-1)).toBe(204);
    expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(2);
    await connected.stop();
    await test_.close();
  },
);

test('a second host that refuses the ticket and does not say where to sign in is asked at its well-known token path', async () => {
  const pool = await startScriptedServer((request, response) => {
    if (!request.path.startsWith('/ucwa')) response.writeHead(404).end();
    else response.writeHead(403, { 'X-Ms-diagnostics': '28032;source="fe2"' }).end();
  });
  ucwa.fault({ kind: 'wrongTicketHost', host: 'localhost' });
  const { port } = new URL(pool.url);
  const real = new URL(ucwa.url).port;
  const through = createUcwaHttp({ clock });
  const session = startTestSession(ucwa.url, {
    clock,
    http: {
      request: (request) =>
        through.request({ ...request, url: request.url.replace(`localhost:${real}`, `127.0.0.1:${port}`) }),
      close: () => through.close(),
    },
  });
  await expect(session.session.application(new AbortController().signal)).rejects.toThrow(
    /refuses the ticket without saying where to get another.*no token service at \/WebTicket\/oauthtoken either \(404\)/,
  );
  expect(pool.requests.map(({ path }) => path)).toContain('/WebTicket/oauthtoken');
  await session.close();
  await pool.close();
});
