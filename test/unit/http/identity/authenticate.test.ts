import { createHmac } from 'node:crypto';
import {
  createLocalJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type JWTVerifyGetKey,
  type KeyLike,
} from 'jose';
import { authenticate } from '../../../../shared/http/identity/authenticate';
import { roles } from '../../../../shared/http/identity/tokenVerifier';
import { createFakeClock } from '../../../support/fakeClock';

const entra = {
  tenantId: '7a3d7d0e-6d0f-4c59-9d3c-0b1f0a1c2d3e',
  audiences: ['api://ucwa-relay', 'c0ffee00-1111-4222-8333-444455556666'],
};
const issuer = `https://login.microsoftonline.com/${entra.tenantId}/v2.0`;
const clock = createFakeClock();
const nowSeconds = Math.floor(clock.now() / 1000);

let keys: JWTVerifyGetKey;
let sign: (change?: {
  claims?: Record<string, unknown>;
  issuer?: string;
  audience?: string;
  expiresAt?: number;
  key?: KeyLike;
}) => Promise<string>;
let publicPem: string;
let foreignKey: KeyLike;

beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true });
  foreignKey = (await generateKeyPair('RS256')).privateKey;
  publicPem = await exportSPKI(pair.publicKey);
  keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] });
  sign = ({
    claims,
    issuer: iss = issuer,
    audience = 'api://ucwa-relay',
    expiresAt = nowSeconds + 600,
    key = pair.privateKey,
  } = {}) =>
    new SignJWT({ roles: ['Invitations.Command'], oid: 'object-1', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setSubject('subject-1')
      .setIssuer(iss)
      .setAudience(audience)
      .setExpirationTime(expiresAt)
      .sign(key);
});

const request = (headers: Record<string, string>, query = '') => ({
  headers: new Headers(headers),
  query: new URLSearchParams(query),
});
const ask = (authorization?: string) =>
  authenticate(
    request({ 'x-functions-key': 'k', ...(authorization === undefined ? {} : { authorization }) }),
    'Invitations.Command',
    {
      entra,
      signInByPlatform: false,
      tenantKeys: () => keys,
      clock,
    },
  );
const unsigned = (header: object, payload: object): string =>
  [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');

describe('authenticate', () => {
  it('names a key’s holder by a hash of the key, from the header or the query', async () => {
    const ports = { entra: undefined, signInByPlatform: false, tenantKeys: () => keys, clock };
    const byHeader = await authenticate(request({ 'x-functions-key': 'abc' }), 'Invitations.Read', ports);
    expect(byHeader).toEqual({ name: 'key:ba7816bf8f01', authentication: 'key', roles });
    expect(await authenticate(request({}, 'code=abc'), 'Invitations.Read', ports)).toEqual(byHeader);
  });

  test.each([
    ['the first of two headers, which arrive joined', { 'x-functions-key': 'abc, another' }, ''],
    ['the header, not the query', { 'x-functions-key': 'abc' }, 'code=another'],
    ['the first code of two', {}, 'code=abc&code=another'],
  ])('names the holder of the key that the platform has checked: %s', async (_which, headers, query) => {
    const ports = { entra: undefined, signInByPlatform: false, tenantKeys: () => keys, clock };
    expect(await authenticate(request(headers, query), 'Invitations.Read', ports)).toMatchObject({
      name: 'key:ba7816bf8f01',
    });
  });

  it('takes a valid token and names its object id', async () => {
    expect(await ask(`Bearer ${await sign()}`)).toEqual({
      ...{ name: 'object-1', authentication: 'token', roles: ['Invitations.Command'] },
    });
  });

  test.each([
    ['v1: the application ID URI', `https://sts.windows.net/${entra.tenantId}/`, entra.audiences[0]],
    ['v2: the client id', issuer, entra.audiences[1]],
    ['v2: the application ID URI', issuer, entra.audiences[0]],
  ])('takes a token of %s', async (_title, from, audience = '') => {
    expect(await ask(`Bearer ${await sign({ issuer: from, audience })}`)).toMatchObject({ name: 'object-1' });
  });

  test.each<[string, () => Promise<string | undefined>, string]>([
    ['no token beside the key', () => Promise.resolve(undefined), 'A bearer token is required'],
    ['a token that is none', () => Promise.resolve('Bearer abc'), 'A bearer token is required'],
    ['an expired token', async () => `Bearer ${await sign({ expiresAt: nowSeconds - 120 })}`, 'it has expired'],
    ['another audience', async () => `Bearer ${await sign({ audience: 'api://other' })}`, 'its aud is not'],
    [
      'another tenant',
      async () => `Bearer ${await sign({ issuer: 'https://login.microsoftonline.com/common/v2.0' })}`,
      'its iss is not',
    ],
    [
      'a foreign key’s signature',
      async () => `Bearer ${await sign({ key: foreignKey })}`,
      'its signature does not match',
    ],
    [
      'a changed payload',
      async () =>
        `Bearer ${(await sign()).replace(/\.[^.]+\./, `.${Buffer.from('{"roles":["x"]}').toString('base64url')}.`)}`,
      'its signature does not match',
    ],
    [
      'alg none',
      () =>
        Promise.resolve(
          `Bearer ${unsigned({ alg: 'none' }, { sub: 's', iss: issuer, aud: 'api://ucwa-relay', exp: nowSeconds + 600 })}.`,
        ),
      'A bearer token is required',
    ],
    [
      'HS256 signed with the public key',
      () => {
        const body = unsigned(
          { alg: 'HS256', kid: 'k1' },
          { sub: 's', iss: issuer, aud: 'api://ucwa-relay', exp: nowSeconds + 600 },
        );
        return Promise.resolve(`Bearer ${body}.${createHmac('sha256', publicPem).update(body).digest('base64url')}`);
      },
      'its algorithm is not RS256',
    ],
  ])('refuses %s', async (_title, authorization, message) => {
    await expect(authorization().then(ask)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining(message),
    });
  });

  it('does not blame the caller when the tenant’s keys cannot be fetched', async () => {
    const unreachable = () =>
      Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    const ports = { entra, signInByPlatform: false, tenantKeys: () => unreachable, clock };
    await expect(
      authenticate(request({ authorization: `Bearer ${await sign()}` }), 'Invitations.Command', ports),
    ).rejects.toMatchObject({ code: 'identityUnavailable' });
  });

  it('refuses a token without the role, naming it', async () => {
    await expect(ask(`Bearer ${await sign({ claims: { roles: ['Invitations.Read'] } })}`)).rejects.toMatchObject({
      code: 'forbidden',
      extensions: { role: 'Invitations.Command' },
    });
  });
});
