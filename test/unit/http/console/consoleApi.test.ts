import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpRequest } from '@azure/functions';
import { toRelayError } from '../../../../shared/errors/relayError';
import { consoleApiEndpoint, type ConsoleEntryPorts } from '../../../../shared/http/console/consoleApi';
import { toConsoleCookie } from '../../../../shared/http/console/consoleCookie';
import { consoleRoutes } from '../../../../shared/http/console/consoleRoutes';
import { apiRoutes } from '../../../../shared/http/documents/routes/routes';
import { roles, type Role } from '../../../../shared/http/identity/tokenVerifier';
import type { InvitationQuery } from '../../../../shared/invitations/record/invitationPage';
import { createSecretCipher } from '../../../../shared/secretCipher';
import { createFakeClock, settlePromises } from '../../../support/fakeClock';

const FUNCTIONS = join(__dirname, '../../../../functions');
const clock = createFakeClock(undefined, settlePromises);
const cipher = createSecretCipher(Buffer.alloc(32, 2).toString('base64'));
const entra = { tenantId: 'tenant', audiences: ['client'] };

/** What the entry point needs itself; an endpoint that is reached finds nothing else. */
function createPorts(changes: Readonly<Record<string, unknown>> = {}): ConsoleEntryPorts {
  const ports = {
    authentication: { entra, signInByPlatform: true, tenantKeys: () => () => Promise.reject(new Error()), clock },
    consoleCipher: cipher,
    limit: () => undefined,
    clock,
    ...changes,
  };
  return ports as unknown as ConsoleEntryPorts;
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly granted?: readonly string[];
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly query?: Record<string, string>;
  readonly body?: string;
  readonly ports?: ConsoleEntryPorts;
}

function cookieFor(granted: readonly string[], nowMs = clock.now()): string {
  const { name, value } = toConsoleCookie(
    { objectId: 'object-of-dana', name: 'Dana', roles: [...granted] },
    cipher,
    nowMs,
  );
  return `${name}=${value}`;
}

const ask = async (asked: Asked = {}) => {
  const { method = 'GET', path = 'invitations', granted = roles, query = {}, body, ports = createPorts() } = asked;
  const headers: Readonly<Record<string, string | undefined>> = {
    'sec-fetch-site': 'same-origin',
    'x-relay-console': '1',
    cookie: cookieFor(granted),
    ...asked.headers,
  };
  const request = new HttpRequest({
    method,
    url: `https://relay.example/api/console/api/${path}`,
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    query,
    params: { path },
    ...(body !== undefined && { body: { string: body } }),
  });
  return consoleApiEndpoint(request, ports, new AbortController().signal);
};

/** The error's code; `reached` when the endpoint had its turn, whatever it made of a request without anything behind it. */
const verdict = async (asked: Asked): Promise<string> => {
  try {
    await ask(asked);
    return 'reached';
  } catch (error) {
    const { code } = toRelayError(error);
    return ['unauthenticated', 'forbidden', 'notFound'].includes(code) ? code : 'reached';
  }
};

const toPath = (template: string): string => template.replaceAll(/\{\w+\}/g, 'some-id');

describe('the console’s routes', () => {
  it('are those of the API with a key, but for flows, documents and erasure, each with its role and its endpoint', async () => {
    const documented = (await apiRoutes()).filter(
      ({ role, tag }) => role !== 'anonymous' && !['Connector', 'Documents', 'People'].includes(tag),
    );
    const byPath = (one: string, other: string): number => one.localeCompare(other);
    expect(consoleRoutes.map(({ method, path, role }) => `${method} /${path} ${role}`).sort(byPath)).toEqual(
      documented.map(({ method, path, role }) => `${method.toUpperCase()} ${path} ${role}`).sort(byPath),
    );
    for (const { method, path, operationId } of documented) {
      const source = readFileSync(join(FUNCTIONS, `${operationId}.ts`), 'utf8');
      const [, endpoint = ''] = /to\w*Handler\(getApp, '[\w.]+', (\w+)/.exec(source) ?? [];
      const [, file = ''] = new RegExp(`import \\{[^}]*\\b${endpoint}\\b[^}]*\\} from '([^']+)'`).exec(source) ?? [];
      const module = (await import(join(FUNCTIONS, file))) as Readonly<Record<string, unknown>>;
      const route = consoleRoutes.find((one) => one.method === method.toUpperCase() && `/${one.path}` === path);
      expect({ operationId, isSame: module[endpoint] === route?.endpoint }).toEqual({ operationId, isSame: true });
    }
  });
});

describe.each(consoleRoutes.map(({ method, path, role }) => [`${method} ${path}`, method, path, role] as const))(
  '%s',
  (_title, method, path, role) => {
    const asked = { method, path: toPath(path) };

    it('is reached with its role alone', async () => {
      expect(await verdict({ ...asked, granted: [role] })).toBe('reached');
      const others = roles.filter((one: Role) => one !== role);
      expect(await verdict({ ...asked, granted: others })).toBe('forbidden');
      await expect(ask({ ...asked, granted: others })).rejects.toMatchObject({ extensions: { role } });
    });

    it('is closed to other sites and to those who are not signed in', async () => {
      expect(await verdict({ ...asked, headers: { 'sec-fetch-site': 'cross-site' } })).toBe('forbidden');
      expect(await verdict({ ...asked, headers: { cookie: undefined } })).toBe('unauthenticated');
    });
  },
);

describe('the console’s entry point', () => {
  it.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['another site’s page', { 'sec-fetch-site': 'cross-site' }, 'forbidden'],
    ['a page of a neighbouring host', { 'sec-fetch-site': 'same-site' }, 'forbidden'],
    ['an address that was typed', { 'sec-fetch-site': 'none' }, 'forbidden'],
    ['what says nothing of its origin', { 'sec-fetch-site': undefined }, 'forbidden'],
    ['a form, which sends no header of its own', { 'x-relay-console': undefined }, 'forbidden'],
    ['nobody', { cookie: undefined }, 'unauthenticated'],
    ['an empty cookie', { cookie: '__Host-relay-console=' }, 'unauthenticated'],
    ['a cookie of another name', { cookie: cookieFor(roles).replace('__Host-', '') }, 'unauthenticated'],
    ['a sign-in of eight hours ago', { cookie: cookieFor(roles, clock.now() - 8 * 3_600_000) }, 'unauthenticated'],
    [
      'a person that only a header of the platform names',
      { cookie: undefined, 'x-ms-client-principal': Buffer.from('{"auth_typ":"aad"}').toString('base64') },
      'unauthenticated',
    ],
    ['a person with a key as well', { 'x-functions-key': 'anything' }, 'reached'],
  ])('judges %s', async (_title, headers, expected) => {
    expect(await verdict({ headers })).toBe(expected);
  });

  it('is closed where nobody signs in with Entra, whatever cookie is shown', async () => {
    const authentication = { entra: undefined, signInByPlatform: true, tenantKeys: () => undefined, clock };
    expect(await verdict({ ports: createPorts({ authentication }) })).toBe('unauthenticated');
    expect(await verdict({ ports: createPorts({ consoleCipher: undefined }) })).toBe('unauthenticated');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp'])(
    'takes JSON alone: not %s',
    async (contentType) => {
      const asked = { method: 'POST', path: 'invitations', body: '{}', headers: { 'content-type': contentType } };
      await expect(ask(asked)).rejects.toMatchObject({
        code: 'requestInvalid',
        extensions: { errors: [{ field: 'content-type', message: 'must be application/json' }] },
      });
    },
  );

  it.each([
    'people',
    'connector/calls',
    'openapi.json',
    'console/session',
    'invitations/',
    '/invitations',
    'INVITATIONS',
    'invitations/../accounts',
    'invitations/x/../../accounts',
    'invitations/%2e%2e/accounts',
    'invitations/a%2Faccept/decline/x',
    'accounts//gaps',
    '',
    '__proto__',
  ])('has no route %j', async (path) => {
    expect(await verdict({ path })).toBe('notFound');
    expect(await verdict({ path, method: 'POST' })).toBe('notFound');
  });

  it('hands the endpoint the query and the person, counts the requests of each person, and keeps the cookie', async () => {
    const asked: InvitationQuery[] = [];
    const limited: string[] = [];
    const ports = createPorts({
      invitations: {
        list: (query: InvitationQuery) => {
          asked.push(query);
          return Promise.resolve({ heads: [] });
        },
      },
      limit: (caller: string) => limited.push(caller),
    });
    const answer = await ask({ ports, query: { limit: '7', account: 'sip:reception@contoso.com' } });
    expect(answer).toMatchObject({ status: 200, body: '{"invitations":[]}' });
    expect(asked).toMatchObject([{ limit: 7, account: 'sip:reception@contoso.com' }]);
    expect(limited).toEqual(['object-of-dana']);
  });

  it('counts no held request', async () => {
    const limit = (): never => {
      throw new Error('limited');
    };
    const next = () => Promise.reject(new Error('reached'));
    const ports = createPorts({ limit, liveFeed: { next } });
    await expect(ask({ path: 'stream', ports })).rejects.toThrow('reached');
    await expect(ask({ path: 'invitations', ports })).rejects.toThrow('limited');
  });

  it('hands on the values of the path and the body', async () => {
    const seen: unknown[] = [];
    const change = (id: string, body: unknown) => {
      seen.push(id, body);
      return Promise.resolve({});
    };
    const ports = createPorts({ webhooks: { subscriptions: { change } } });
    await ask({
      ...{ method: 'PATCH', path: 'webhook-subscriptions/sub_1', body: '{"state":"paused"}', ports },
      headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': '18' },
    });
    expect(seen).toEqual(['sub_1', { state: 'paused' }]);
  });
});
