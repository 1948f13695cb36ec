import { RelayError } from '../../../shared/errors/relayError';
import type { Challenge } from '../../../shared/ucwa/challenge';
import { discover, discoveryRoots, type DiscoveryPorts } from '../../../shared/ucwa/discovery';
import { hostRule } from '../../../shared/ucwa/hosts';
import type { HttpResponse } from '../../../shared/ucwa/http';

const SIP = 'sip:alice@contoso.com';
const hosts = hostRule(SIP, undefined, []);
const INTERNAL = 'https://lyncdiscoverinternal.contoso.com/';
const EXTERNAL = 'https://lyncdiscover.contoso.com/';

const json = (links: Readonly<Record<string, string>>): HttpResponse => ({
  status: 200,
  headers: {},
  contentType: 'application/json',
  text: JSON.stringify({ _links: Object.fromEntries(Object.entries(links).map(([rel, href]) => [rel, { href }])) }),
});
const status = (code: number, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({
  status: code,
  headers,
  contentType: 'text/html',
  text: '<html/>',
});
const challenge = status(401, { 'www-authenticate': 'MsRtcOAuth href="/t",grant_type="password"' });

type Answer = HttpResponse | RelayError | ((hasTicket: boolean) => HttpResponse);

/** Answers by address; keeps what was asked, `+` for a request with a ticket. */
function web(pages: Readonly<Record<string, Answer>>) {
  const asked: string[] = [];
  const issued: [string, Challenge][] = [];
  const ports: DiscoveryPorts = {
    hosts,
    get(url, ticket) {
      asked.push(`${ticket === undefined ? '' : '+'}${url.href}`);
      const page = pages[url.href] ?? status(404);
      if (page instanceof RelayError) return Promise.reject(page);
      return Promise.resolve(typeof page === 'function' ? page(ticket !== undefined) : page);
    },
    obtainTicket(origin, stated) {
      issued.push([origin, stated]);
      return Promise.resolve({
        authorization: `Bearer ${origin}`,
        origin,
        expiresAtMs: 1,
        renewAtMs: 1,
        challenge: stated,
      });
    },
    now: () => 0,
  };
  return { asked, issued, find: () => discover(ports, discoveryRoots(SIP, undefined, hosts)) };
}

const guarded = (page: HttpResponse) => (hasTicket: boolean) => (hasTicket ? page : challenge);

describe('roots', () => {
  test.each([
    ['the domain’s two', undefined, [INTERNAL, EXTERNAL]],
    ['a configured one first', 'https://pool.contoso.com/', ['https://pool.contoso.com/', INTERNAL, EXTERNAL]],
    ['nothing but one on this machine', 'http://127.0.0.1:1/', ['http://127.0.0.1:1/']],
  ])('%s', (_, discoveryUrl, expected) => {
    expect(discoveryRoots(SIP, discoveryUrl, hostRule(SIP, discoveryUrl, []))).toEqual(expected);
  });
});

test.each([
  ['cannot be reached', new RelayError('upstreamFailed', 'x')],
  ['does not answer in time', new RelayError('upstreamTimeout', 'x')],
  ['answers 404', status(404)],
])('when the internal root %s the external one is asked', async (_, internal) => {
  const { find, asked } = web({ [INTERNAL]: internal, [EXTERNAL]: json({ applications: '/apps' }) });
  await expect(find()).resolves.toMatchObject({ applicationsUrl: new URL(`${EXTERNAL}apps`) });
  expect(asked).toEqual([INTERNAL, EXTERNAL]);
});

test('when the internal root is there but in trouble the external one is not', async () => {
  const { find, asked } = web({ [INTERNAL]: status(503), [EXTERNAL]: json({ applications: '/apps' }) });
  await expect(find()).rejects.toMatchObject({ code: 'upstreamFailed', extensions: { status: 503 } });
  expect(asked).toEqual([INTERNAL]);
});

test('when there is none the error names all that were tried', async () => {
  await expect(web({}).find()).rejects.toMatchObject({
    extensions: { tried: [INTERNAL, EXTERNAL] },
    message: expect.stringMatching(/lyncdiscoverinternal.*lyncdiscover\.contoso/) as string,
  });
});

test('signs in where it is asked to, and shows a ticket to no other host', async () => {
  const { find, asked, issued } = web({
    [INTERNAL]: json({ user: 'https://web1.contoso.com/user' }),
    'https://web1.contoso.com/user': guarded(json({ redirect: 'https://web2.contoso.com/root' })),
    'https://web2.contoso.com/root': json({ user: 'https://web2.contoso.com/user' }),
    'https://web2.contoso.com/user': guarded(json({ applications: 'https://pool2.contoso.com/apps' })),
  });
  await expect(find()).resolves.toMatchObject({
    applicationsUrl: new URL('https://pool2.contoso.com/apps'),
    ticket: { origin: 'https://web2.contoso.com' },
  });
  expect(asked).toEqual([
    INTERNAL,
    'https://web1.contoso.com/user',
    '+https://web1.contoso.com/user',
    'https://web2.contoso.com/root',
    'https://web2.contoso.com/user',
    '+https://web2.contoso.com/user',
  ]);
  expect(issued.map(([origin]) => origin)).toEqual(['https://web1.contoso.com', 'https://web2.contoso.com']);
});

test('a server that refuses its own ticket is not signed in to again and again', async () => {
  const { find, issued } = web({ [INTERNAL]: json({ user: '/user' }), [`${INTERNAL}user`]: challenge });
  await expect(find()).rejects.toMatchObject({ code: 'ticketExpired' });
  expect(issued).toHaveLength(1);
});

test.each([
  ['redirect', json({ redirect: 'https://lync.fabrikam.com/' })],
  ['user', json({ user: 'https://lync.fabrikam.com/' })],
  ['applications', json({ applications: 'https://lync.fabrikam.com/' })],
  ['Location', status(302, { location: 'https://lync.fabrikam.com/' })],
])('%s to a host that is not allowed is not followed', async (_, page) => {
  const { find, asked } = web({ [INTERNAL]: page });
  await expect(find()).rejects.toMatchObject({ code: 'hostNotAllowed', extensions: { host: 'lync.fabrikam.com' } });
  expect(asked).toEqual([INTERNAL]);
});

test('a circle ends', async () => {
  const { find, asked } = web({ [INTERNAL]: json({ redirect: EXTERNAL }), [EXTERNAL]: json({ redirect: INTERNAL }) });
  await expect(find()).rejects.toMatchObject({ code: 'upstreamFailed' });
  expect(asked.length).toBeLessThan(12);
});
