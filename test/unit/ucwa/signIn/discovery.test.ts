import { RelayError } from '../../../../shared/errors/relayError';
import type { Challenge } from '../../../../shared/ucwa/signIn/challenge';
import { discover, discoveryRoots, type DiscoveryPorts } from '../../../../shared/ucwa/signIn/discovery';
import { hostRule } from '../../../../shared/ucwa/signIn/hosts';
import type { HttpResponse } from '../../../../shared/ucwa/httpResponse';

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

const guarded = (page: HttpResponse) => (hasTicket: boolean) => (hasTicket ? page : challenge);

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

describe('roots', () => {
  test.each([
    ['the domain’s two', undefined, [INTERNAL, EXTERNAL]],
    ['a configured one first', 'https://pool.contoso.com/', ['https://pool.contoso.com/', INTERNAL, EXTERNAL]],
    ['nothing but one on this machine', 'http://127.0.0.1:1/', ['http://127.0.0.1:1/']],
  ])('%s', (_, discoveryUrl, expected) => {
    expect(discoveryRoots(SIP, discoveryUrl, hostRule(SIP, discoveryUrl, []))).toEqual(expected);
  });
});

const portal = { ...json({}), headers: {}, contentType: 'text/html', text: '<html><body>Our web site</body></html>' };

test.each<[string, Answer, Record<string, Answer>?]>([
  ['cannot be reached', new RelayError('upstreamFailed', 'x')],
  ['does not respond in time', new RelayError('upstreamTimeout', 'x')],
  ['responds 404', status(404)],
  ['responds 403 (skype-docs #222)', status(403)],
  ['responds 503', status(503)],
  ['responds 500', status(500)],
  ['is a corporate web site (wildcard DNS)', portal],
  ['is some JSON', json({ elsewhere: '/x' })],
  ['redirects to another domain (RootURL, step 3)', status(302, { location: 'https://portal.fabrikam.net/login' })],
  ['names another domain', json({ redirect: 'https://lync.fabrikam.net/' })],
  ['names a host without TLS', json({ user: 'http://pool.contoso.com/user' })],
  [
    'redirects to a web site of the domain',
    status(302, { location: 'https://www.contoso.com/' }),
    { 'https://www.contoso.com/': portal },
  ],
  ['redirects in a circle', status(302, { location: INTERNAL })],
])('when the internal root %s the external one is asked', async (_, internal, more = {}) => {
  const { find, asked } = web({ [INTERNAL]: internal, [EXTERNAL]: json({ applications: '/apps' }), ...more });
  await expect(find()).resolves.toMatchObject({ applicationsUrl: new URL(`${EXTERNAL}apps`) });
  expect(asked.at(0)).toBe(INTERNAL);
  expect(asked.at(-1)).toBe(EXTERNAL);
});

test('a root may redirect within the domain, and may challenge at once', async () => {
  const { find } = web({
    [INTERNAL]: status(302, { location: 'https://web.contoso.com/root' }),
    'https://web.contoso.com/root': guarded(json({ applications: '/apps' })),
  });
  await expect(find()).resolves.toMatchObject({ applicationsUrl: new URL('https://web.contoso.com/apps') });
});

test.each([
  ['OAuth', 'https://web.contoso.com/user'],
  ['Redirect', 'https://web.contoso.com/root'],
])('a root in the older shape is one: it leads on by its %s link', async (token, href) => {
  const links = [
    { href: 'https://web.contoso.com/domain', token: 'Domain' },
    { href, token },
  ];
  const root = { ...json({}), text: JSON.stringify({ AccessLocation: 'External', Root: { Links: links } }) };
  const { find } = web({ [EXTERNAL]: root, [href]: json({ applications: '/ucwa' }) });
  expect((await find()).applicationsUrl.href).toBe('https://web.contoso.com/ucwa');
});

test('a root in XML is one (skype-docs #105)', async () => {
  const xml = {
    ...json({}),
    contentType: 'application/vnd.microsoft.com.ucwa+xml',
    text: '<resource rel="root" href="/root"><link rel="redirect" href="https://web.contoso.com/root"/></resource>',
  };
  const { find } = web({ [INTERNAL]: xml, 'https://web.contoso.com/root': json({ applications: '/apps' }) });
  await expect(find()).resolves.toMatchObject({ applicationsUrl: new URL('https://web.contoso.com/apps') });
});

test.each([
  ['the root', { [EXTERNAL]: json({ redirect: 'https://webdir0e.online.lync.com/Autodiscover' }) }],
  ['a redirect of the root', { [EXTERNAL]: status(302, { location: 'https://teams.microsoft.com/' }) }],
  [
    'the user that is signed in',
    {
      [EXTERNAL]: json({ user: '/user' }),
      [`${EXTERNAL}user`]: json({ redirect: 'https://webdir0e.online.lync.com/Autodiscover' }),
    },
  ],
])('where %s leads to the cloud, the user has been moved', async (_, pages) => {
  await expect(web(pages).find()).rejects.toMatchObject({
    code: 'accountMoved',
    message: expect.stringContaining('moved to the cloud') as string,
  });
});

test('a host that discovery alone names is never suggested for the settings', async () => {
  const { find } = web({
    [INTERNAL]: json({ redirect: 'https://lync.fabrikam.net/' }),
    [EXTERNAL]: json({ user: 'https://lync.fabrikam.net/' }),
  });
  await expect(find()).rejects.toMatchObject({
    code: 'hostNotAllowed',
    message: expect.not.stringMatching(/add/) as string,
  });
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

test('a server that we are signed in to and that leads out of what is allowed is not followed', async () => {
  const { find, asked } = web({
    [INTERNAL]: json({ user: '/user' }),
    [`${INTERNAL}user`]: guarded(json({ applications: 'https://lync.fabrikam.com/' })),
  });
  await expect(find()).rejects.toMatchObject({ code: 'hostNotAllowed', extensions: { host: 'lync.fabrikam.com' } });
  expect(asked.at(-1)).toBe(`+${INTERNAL}user`);
});

test('a circle ends', async () => {
  const { find, asked } = web({ [INTERNAL]: json({ redirect: EXTERNAL }), [EXTERNAL]: json({ redirect: INTERNAL }) });
  await expect(find()).rejects.toMatchObject({ code: 'upstreamFailed' });
  expect(asked.length).toBeLessThan(12);
});
