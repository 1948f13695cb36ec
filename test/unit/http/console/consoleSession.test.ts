import { HttpRequest, type Cookie } from '@azure/functions';
import {
  consoleSessionEndpoint,
  endConsoleSessionEndpoint,
  type ConsoleSessionPorts,
} from '../../../../shared/http/console/consoleSession';
import { createSecretCipher } from '../../../../shared/secretCipher';
import { VERSION } from '../../../../shared/version';
import { createEntraTenant, type EntraTenant } from '../../../support/entraTenant';
import { createFakeClock, settlePromises } from '../../../support/fakeClock';

const oldKey = Buffer.alloc(32, 1).toString('base64');
const newKey = Buffer.alloc(32, 2).toString('base64');
const clock = createFakeClock(undefined, settlePromises);
const HOUR_MS = 3_600_000;

let tenant: EntraTenant;
let foreign: EntraTenant;
beforeAll(async () => {
  [tenant, foreign] = await Promise.all([createEntraTenant(clock.now()), createEntraTenant(clock.now())]);
});

const portsOf = (changes: Partial<ConsoleSessionPorts> & { platform?: boolean; keyOnly?: boolean } = {}) => ({
  authentication: {
    entra: changes.keyOnly === true ? undefined : tenant.entra,
    signInByPlatform: changes.platform ?? true,
    tenantKeys: () => tenant.keys,
    clock,
  },
  consoleCipher: createSecretCipher(newKey),
  localControl: undefined,
  clock,
  ...changes,
});

async function ask(ports: ConsoleSessionPorts, headers: Record<string, string> = {}) {
  const request = new HttpRequest({
    method: 'GET',
    url: 'https://relay.example/api/console/session',
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
  });
  const { status, headers: sent, cookies = [], body } = await consoleSessionEndpoint(request, ports);
  return { status, headers: sent, cookies, session: JSON.parse(body as string) as Record<string, unknown> };
}

const toHeader = ([cookie]: readonly Cookie[]): string =>
  `theme=dark; ${cookie?.name ?? ''}=${cookie?.value ?? ''}; x=1`;
async function signIn(roles: readonly string[] = ['Invitations.Read'], ports = portsOf()): Promise<string> {
  const { cookies } = await ask(ports, { 'x-ms-token-aad-id-token': await tenant.idToken(roles) });
  return toHeader(cookies);
}

describe('GET /console/session', () => {
  it('says that a key opens the API where nobody signs in with Entra, and nothing else', async () => {
    const { headers, session } = await ask(portsOf({ keyOnly: true }));
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(session).toEqual({
      ...{ signIn: 'key', api: '/api', person: null, local: false },
      ...{ version: VERSION, now: new Date(clock.now()).toISOString() },
    });
  });

  it('names the simulator’s control in the local stack', async () => {
    const { session } = await ask(portsOf({ keyOnly: true, localControl: '/local/sim' }));
    expect(session).toMatchObject({ local: true, localControl: '/local/sim' });
  });

  it('asks for a sign-in where Entra is set', async () => {
    expect((await ask(portsOf())).session).toMatchObject({
      signIn: 'entra',
      api: '/api/console/api',
      person: null,
      signInUrl: '/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fconsole%2F',
      signOutUrl: '/.auth/logout?post_logout_redirect_uri=%2Fapi%2Fconsole%2F',
    });
  });

  it.each([
    ['App Service Authentication', { platform: false }],
    ['RELAY_ENCRYPTION_KEY', { consoleCipher: undefined }],
  ])('says what is missing where nobody can sign in: %s', async (missing, changes) => {
    const { session, cookies } = await ask(portsOf(changes), {
      'x-ms-token-aad-id-token': await tenant.idToken(['Invitations.Read']),
    });
    expect(session).toMatchObject({
      signIn: 'entra',
      person: null,
      problem: expect.stringContaining(missing) as string,
    });
    expect(cookies).toEqual([]);
  });

  it('says so where the platform keeps no tokens, so that nobody signs in again and again', async () => {
    const { session } = await ask(portsOf(), { 'x-ms-client-principal': 'e30=' });
    expect(session).toMatchObject({
      person: null,
      problem: expect.stringContaining('RELAY_CONSOLE_SIGN_IN') as string,
    });
  });

  it('exchanges the platform’s ID token for a cookie that no script reads and no other site sends', async () => {
    const { session, cookies } = await ask(portsOf(), {
      'x-ms-token-aad-id-token': await tenant.idToken(['Invitations.Read', 'Operations.Manage']),
    });
    expect(session.person).toEqual({ name: 'Dana Berg', roles: ['Invitations.Read', 'Operations.Manage'] });
    expect(cookies).toEqual([
      {
        ...{ name: '__Host-relay-console', value: expect.stringMatching(/^[\w-]+$/) as string },
        ...{ httpOnly: true, secure: true, sameSite: 'Strict', path: '/', maxAge: 8 * 3_600 },
      },
    ]);
    expect(Buffer.from(cookies[0]?.value ?? '', 'base64url').toString()).not.toMatch(/Dana|object|Read/);
  });

  it('knows the person by the cookie when the token has ended, for eight hours', async () => {
    const now = createFakeClock(undefined, settlePromises);
    const ports = portsOf({ clock: now });
    const cookie = await signIn(['Invitations.Read'], ports);
    await now.advance(8 * HOUR_MS - 1);
    expect((await ask(ports, { cookie })).session.person).toMatchObject({ name: 'Dana Berg' });
    await now.advance(1);
    expect((await ask(ports, { cookie })).session.person).toBeNull();
  });

  it('lets a sign-in outlive a rotation of the key, until the key has left the ring', async () => {
    const cookie = await signIn(['Invitations.Read'], portsOf({ consoleCipher: createSecretCipher(oldKey) }));
    const personWith = async (ring: string) =>
      (await ask(portsOf({ consoleCipher: createSecretCipher(ring) }), { cookie })).session.person;
    expect(await personWith(`${newKey},${oldKey}`)).toMatchObject({ name: 'Dana Berg' });
    expect(await personWith(newKey)).toBeNull();
  });

  it('takes no secret of another kind for a cookie', async () => {
    const cipher = createSecretCipher(newKey);
    const content = { objectId: 'x', name: 'x', roles: ['Accounts.Manage'], expiresAtMs: clock.now() + HOUR_MS };
    const value = Buffer.from(cipher.encryptSecret(JSON.stringify(content), 'another context')).toString('base64url');
    expect((await ask(portsOf(), { cookie: `__Host-relay-console=${value}` })).session.person).toBeNull();
  });

  it.each(['', 'x', 'e30', '%00', 'a'.repeat(5_000), 'null'])('ignores a made-up cookie: %#', async (value) => {
    const { status, session } = await ask(portsOf(), { cookie: `__Host-relay-console=${value}` });
    expect([status, session.person]).toEqual([200, null]);
  });

  it('ignores a cookie of which one character was changed', async () => {
    const cookie = await signIn();
    const [, value = ''] = /__Host-relay-console=([\w-]+)/.exec(cookie) ?? [];
    for (const at of [0, 20, value.length - 2]) {
      const altered = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1);
      expect((await ask(portsOf(), { cookie: `__Host-relay-console=${altered}` })).session.person).toBeNull();
    }
  });

  it.each<[string, () => Promise<string>]>([
    ['signed by another tenant', () => foreign.idToken(['Accounts.Manage'])],
    ['for another application', () => tenant.idToken(['Accounts.Manage'], { audience: 'another' })],
    ['of another issuer', () => tenant.idToken(['Accounts.Manage'], { issuer: 'https://elsewhere.example/' })],
    ['that has expired', () => tenant.idToken(['Accounts.Manage'], { expiresAtMs: clock.now() - 120_000 })],
    ['without a signature', async () => `${(await tenant.idToken([])).split('.').slice(0, 2).join('.')}.`],
    ['that is none', () => Promise.resolve('none')],
  ])('signs nobody in by a token %s', async (_title, token) => {
    const { status, session, cookies } = await ask(portsOf(), { 'x-ms-token-aad-id-token': await token() });
    expect([status, session.person, cookies]).toEqual([200, null, []]);
  });

  it.each(['cross-site', 'same-site', 'none'])('gives no cookie to a request that is %s', async (site) => {
    const headers = { 'sec-fetch-site': site, 'x-ms-token-aad-id-token': await tenant.idToken(['Invitations.Read']) };
    expect((await ask(portsOf(), headers)).cookies).toEqual([]);
  });

  it('goes by the roles of the latest sign-in', async () => {
    const cookie = await signIn(['Accounts.Manage']);
    const { session } = await ask(portsOf(), { cookie, 'x-ms-token-aad-id-token': await tenant.idToken([]) });
    expect(session.person).toEqual({ name: 'Dana Berg', roles: [] });
  });

  it('still knows who is signed in while the tenant’s keys cannot be fetched, and says so to others', async () => {
    const cookie = await signIn();
    const ports = portsOf();
    const offline: ConsoleSessionPorts = {
      ...ports,
      authentication: { ...ports.authentication, tenantKeys: () => () => Promise.reject(new Error('ECONNREFUSED')) },
    };
    const token = { 'x-ms-token-aad-id-token': await tenant.idToken(['Invitations.Read']) };
    expect((await ask(offline, { cookie, ...token })).session.person).toMatchObject({ name: 'Dana Berg' });
    await expect(ask(offline, token)).rejects.toMatchObject({ code: 'identityUnavailable' });
  });
});

describe('DELETE /console/session', () => {
  const end = (headers: Record<string, string>) =>
    endConsoleSessionEndpoint(
      new HttpRequest({ method: 'DELETE', url: 'https://relay.example/api/console/session', headers }),
    );

  it('lets the browser forget the cookie', async () => {
    expect(await end({ 'sec-fetch-site': 'same-origin', 'x-relay-console': '1' })).toMatchObject({
      status: 204,
      cookies: [{ name: '__Host-relay-console', value: '', maxAge: 0, secure: true, path: '/' }],
    });
  });

  it('is not for other sites', async () => {
    await expect(end({ 'sec-fetch-site': 'cross-site' })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
