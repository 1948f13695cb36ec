import { createFakeClock } from '../../support/fakeClock';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import { signIn, ticket } from './client';

describe('sign-in', () => {
  const clock = createFakeClock();
  let ucwa: TestUcwa;

  beforeAll(async () => {
    ucwa = await startTestUcwa({ clock });
  });
  afterAll(() => ucwa.close());

  it.each([
    '/',
    '/?sipuri=sip:reception@contoso.com',
    '/autodiscover/autodiscoverservice.svc/root',
    '/Autodiscover/AutodiscoverService.svc/root',
  ])('discovery answers at %s without a ticket', async (path) => {
    const { status, data } = await ucwa.http.get<{ _links: Record<string, { href: string }> }>(path);
    expect(status).toBe(200);
    expect(Object.keys(data._links)).toEqual(['self', 'user', 'xframe']);
    expect(data._links['user']?.href).toBe(`${ucwa.url}Autodiscover/AutodiscoverService.svc/root/oauth/user`);
  });

  it('keeps the domain that discovery was asked with', async () => {
    const { data } = await ucwa.http.get<{ _links: Record<string, { href: string }> }>('/?originalDomain=contoso.com');
    expect(data._links['user']?.href).toMatch(/\?originalDomain=contoso\.com$/);
  });

  it('answers `user` without a ticket with two challenges in headers of their own, and a page', async () => {
    const { status, headers, data, request } = await ucwa.http.get<string>(
      '/Autodiscover/AutodiscoverService.svc/root/oauth/user',
    );
    expect(status).toBe(401);
    expect(headers['content-type']).toBe('text/html');
    expect(data).toContain('<html>');
    expect(headers['x-ms-diagnostics']).toMatch(/^28020;/);
    const { rawHeaders } = (request as { res: { rawHeaders: string[] } }).res;
    expect(rawHeaders.filter((_, index) => rawHeaders[index - 1] === 'WWW-Authenticate')).toEqual([
      expect.stringMatching(
        /^Bearer trusted_issuers="[^"]+", client_id="00000004-0000-0ff1-ce00-000000000000"$/,
      ) as string,
      `MsRtcOAuth href="${ucwa.url}WebTicket/oauthtoken",grant_type="urn:microsoft.rtc:windows,urn:microsoft.rtc:anonmeeting,password"`,
    ]);
  });

  it.each(['reception@contoso.com', 'CONTOSO\\reception', 'sip:reception@contoso.com'])(
    'gives a ticket to %s, and `user` then leads to the applications',
    async (username) => {
      const { status, data } = await ticket(ucwa, username);
      expect(status).toBe(200);
      expect(data).toEqual({
        access_token: expect.stringMatching(/^cwt=AAEB/) as string,
        expires_in: 28_800,
        ms_rtc_identityscope: 'local',
        token_type: 'Bearer',
      });
      const user = await ucwa.http.get<{ _links: Record<string, { href: string }> }>(
        '/Autodiscover/AutodiscoverService.svc/root/oauth/user',
        { headers: { Authorization: `Bearer ${data.access_token}` } },
      );
      expect(user.data._links['applications']?.href).toBe(`${ucwa.url}ucwa/oauth/v1/applications`);
      expect(ucwa.simulator.tickets.ownerOf(data.access_token)).toBe('sip:reception@contoso.com');
    },
  );

  it.each([
    [
      'a wrong password',
      { grant_type: 'password', username: 'a@contoso.com', password: 'wrong' },
      400,
      { error: 'invalid_grant' },
    ],
    ['no user name', { grant_type: 'password', password: 'password' }, 400, { error: 'invalid_request' }],
    ['no grant', {}, 400, { error: 'invalid_request' }],
    ['an unknown grant', { grant_type: 'client_credentials' }, 400, { error: 'unsupported_grant_type' }],
    [
      'the passive grant',
      { grant_type: 'urn:microsoft.rtc:passive' },
      400,
      { error: 'invalid_grant', ms_rtc_passiveauthuri: expect.any(String) as string },
    ],
  ])('refuses %s', async (_, form: Record<string, string>, status, body) => {
    const answered = await ucwa.http.post('/WebTicket/oauthtoken', new URLSearchParams(form));
    expect([answered.status, answered.data]).toEqual([status, body]);
  });

  it('offers NTLM and Negotiate to the windows grant', async () => {
    const { status, headers } = await ucwa.http.post(
      '/WebTicket/oauthtoken',
      new URLSearchParams({ grant_type: 'urn:microsoft.rtc:windows' }),
    );
    expect([status, headers['www-authenticate']]).toEqual([401, 'Negotiate, NTLM']);
  });

  it('refuses a ticket that has run out, or that is none', async () => {
    const client = await signIn(ucwa);
    await clock.advance(28_800_000);
    const expired = await client.get(client.path);
    expect([expired.status, expired.headers['x-ms-diagnostics'] as string]).toEqual([
      401,
      expect.stringMatching(/^28032;/),
    ]);
    const foreign = await ucwa.http.get(client.path, { headers: { Authorization: 'Bearer eyJ0' } });
    expect([foreign.status, foreign.headers['x-ms-diagnostics'] as string]).toEqual([
      401,
      expect.stringMatching(/^28055;/),
    ]);
  });

  it('lets in the origins that are allowed, and no others, by either header', async () => {
    const open = await startTestUcwa({ clock, allowedOrigins: ['https://app.contoso.com'] });
    const client = await signIn(open);
    const statusOf = async (headers: Record<string, string>): Promise<number> =>
      (await client.get(client.path, headers)).status;
    expect(await statusOf({ Origin: 'https://app.contoso.com' })).toBe(200);
    expect(await statusOf({ 'X-Ms-Origin': 'https://app.contoso.com' })).toBe(200);
    expect(await statusOf({ Origin: 'https://elsewhere.example' })).toBe(403);
    expect(await statusOf({ Origin: 'https://app.contoso.com', 'X-Ms-Origin': 'https://elsewhere.example' })).toBe(403);
    expect(await statusOf({})).toBe(200);
    await open.close();
  });

  it('has a frame for browsers’ clients, where discovery links it and beside the root', async () => {
    for (const path of ['/Autodiscover/XFrame/XFrame.html', '/xframe']) {
      const { status, headers, data } = await ucwa.http.get<string>(path);
      expect([status, headers['content-type']]).toEqual([200, 'text/html']);
      expect(data).toContain("setRequestHeader('X-Ms-Origin', event.origin)");
    }
  });

  it('refuses an origin, which no server client has', async () => {
    const client = await signIn(ucwa);
    expect((await client.get(client.path, { Origin: 'https://contoso.com' })).status).toBe(403);
  });

  it('keeps what was asked of it, but no password', async () => {
    await ticket(ucwa, 'ledger@contoso.com', 'secret-password');
    const { data } = await ucwa.http.get<{ tokenRequests: unknown[] }>('/sim/ledger');
    expect(data.tokenRequests.at(-1)).toEqual({
      username: 'ledger@contoso.com',
      grant: 'password',
      host: new URL(ucwa.url).host,
      status: 400,
      at: expect.any(String) as string,
    });
    expect(JSON.stringify(data)).not.toContain('secret-password');
  });
});
