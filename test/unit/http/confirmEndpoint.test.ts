import { HttpRequest } from '@azure/functions';
import { encodeCapability, type Capability } from '../../../shared/http/identity/capability';
import { confirmEndpoint, type ConfirmEndpointPorts } from '../../../shared/http/confirmEndpoint';
import { createRateLimit } from '../../../shared/http/rateLimit';
import type { InvitationData } from '../../../shared/invitations/invitationData';
import { applyEvent } from '../../../shared/invitations/invitationHead';
import type { InvitationGateway } from '../../../shared/invitations/commands/liveInvitation';
import { accountKey, encodeInvitationId } from '../../../shared/invitations/invitationId';
import { silentLog } from '../../../shared/telemetry/log';
import { createFakeClock } from '../../support/fakeClock';
import { createMemoryClaims } from '../../support/memoryClaims';
import { createMemoryStartedCalls } from '../../support/memoryStartedCalls';
import { callEvent, ringMs, ringStartMs } from '../../support/webhookEvents';

const signingKey = 'a key of at least thirty-two characters';
const account = 'sip:reception@contoso.com';
const entra = { tenantId: '7a3d7d0e-6d0f-4c59-9d3c-0b1f0a1c2d3e', audiences: ['api://ucwa-relay'] };
const invitationId = encodeInvitationId(
  {
    accountKey: accountKey(account),
    kind: 'audioVideo',
    applicationId: '102',
    collection: 'audioVideoInvitations',
    id: 'a'.repeat(32),
  },
  signingKey,
);
const path = `/ucwa/oauth/v1/applications/102/communication/audioVideoInvitations/${'a'.repeat(32)}`;

/** What App Service Authentication writes for a person who has signed in (Azure App Service, "Work with user identities"). */
const signedIn = ({ objectId = 'carol', tenantId = entra.tenantId, roles = ['Invitations.Command'] } = {}) => ({
  'x-ms-client-principal': Buffer.from(
    JSON.stringify({
      auth_typ: 'aad',
      name_typ: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
      role_typ: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
      claims: [
        { typ: 'aud', val: 'c0ffee00-1111-4222-8333-444455556666' },
        { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: objectId },
        { typ: 'http://schemas.microsoft.com/identity/claims/tenantid', val: tenantId },
        ...roles.map((val) => ({ typ: 'roles', val })),
      ],
    }),
  ).toString('base64'),
  'x-ms-client-principal-id': objectId,
  'x-ms-client-principal-name': `${objectId}@contoso.com`,
});

/** A call that rings, the page behind its card, and what came of it. */
function createEntryPoint({
  withEntra = false,
  ended = false,
  signInByPlatform = true,
  data = {},
}: {
  readonly withEntra?: boolean;
  readonly ended?: boolean;
  readonly signInByPlatform?: boolean;
  readonly data?: Partial<InvitationData>;
} = {}) {
  const clock = createFakeClock(ringStartMs);
  const posts: string[] = [];
  const called: string[] = [];
  const audit: {
    readonly caller: string;
    readonly authentication: string;
    readonly command: string;
    readonly result: string;
  }[] = [];
  const started = callEvent('started', { data });
  const rung = applyEvent(undefined, { ...started, subject: invitationId });
  const head = ended ? applyEvent(rung, { ...callEvent('completed', { data }), subject: invitationId }) : rung;
  const gateway: InvitationGateway = {
    account: { sipUri: account },
    application: () => Promise.resolve({ path: '/ucwa/oauth/v1/applications/102', id: '102' }),
    read: () =>
      Promise.resolve({
        rel: 'audioVideoInvitation',
        properties: { state: 'Connecting', direction: 'Incoming' },
        links: Object.fromEntries(
          ['decline', 'acceptWithPhoneAudio', 'startPhoneAudio'].map((rel) => [rel, [{ href: `${path}/${rel}` }]]),
        ),
        embedded: {},
      }),
    post: ({ href, body }) => {
      posts.push(href.slice(path.length + 1));
      if (typeof body === 'object') called.push(body['to'] ?? '');
      return Promise.resolve({ location: path });
    },
  };
  const ports: ConfirmEndpointPorts = {
    settings: { signingKey },
    authentication: {
      entra: withEntra ? entra : undefined,
      signInByPlatform,
      tenantKeys: () => () => Promise.reject(new Error('The page verifies no token.')),
      clock,
    },
    limitLink: createRateLimit(() => clock.now(), { burst: 3, perSecond: 1 }),
    clock,
    invitations: {
      head: (id) => Promise.resolve(id === invitationId ? head : undefined),
    },
    commands: {
      signingKey,
      gateway: (key) => (key === accountKey(account) ? gateway : undefined),
      claims: createMemoryClaims(),
      started: createMemoryStartedCalls(),
      calls: { head: () => Promise.resolve(undefined) },
      audit: { record: (entry) => Promise.resolve(void audit.push(entry)) },
      events: { publish: () => Promise.resolve() },
      newId: () => 'new-id',
      clock,
      log: silentLog,
    },
  };
  const link = (changes: Partial<Capability> = {}): string =>
    encodeCapability(
      { purpose: 'decline', subject: invitationId, expiresAtMs: ringStartMs + ringMs, ...changes },
      signingKey,
    );
  const ask = async (method: 'GET' | 'POST', capability: string, headers: Record<string, string> = {}) => {
    const request = new HttpRequest({
      method,
      url: `https://relay.contoso.com/api/confirm/${capability}`,
      headers,
      params: { capability },
    });
    const { status, body, headers: answered } = await confirmEndpoint(request, ports, new AbortController().signal);
    return { status, body: typeof body === 'string' ? body : '', location: new Headers(answered).get('location') };
  };
  return { clock, posts, called, audit, link, ask };
}

describe('GET', () => {
  test.each([
    ['decline', 'Reject the call'],
    ['acceptWithPhoneAudio', 'Send it to Reception’s phone'],
  ] as const)('asks, and does nothing: %s', async (purpose, button) => {
    const { ask, link, posts, audit } = createEntryPoint();
    const page = await ask('GET', link({ purpose }));
    expect(page.status).toBe(200);
    expect(page.body).toContain(
      `<h1>${button}?</h1><p>Call from Alice Müller (alice@fabrikam.com)</p><p>Subject: Contract renewal</p>` +
        '<p>It rings for <b data-seconds="30">30 more seconds</b>, until <time datetime="',
    );
    expect(page.body).toContain(`>${button}</button>`);
    expect([posts, audit]).toEqual([[], []]);
  });

  it('says how long the call rings on', async () => {
    const { clock, ask, link } = createEntryPoint();
    await clock.advance(ringMs - 7_000);
    expect((await ask('GET', link())).body).toContain('>7 more seconds</b>, until');
    await clock.advance(6_000);
    expect((await ask('GET', link())).body).toContain('>one more second</b>, until');
  });

  it('asks about a call that the read model does not know yet', async () => {
    const { ask, link } = createEntryPoint();
    const page = await ask('GET', link({ subject: 'not-known-yet', purpose: 'acceptWithPhoneAudio' }));
    expect([page.status, page.body.includes('<h1>Send it to the user’s phone?</h1>')]).toEqual([200, true]);
  });

  it('shows what a caller wrote without characters that reverse or hide it', async () => {
    const { ask, link } = createEntryPoint({
      data: {
        from: { uri: 'sip:mallory@evil.example', name: '\u202eecilA\u200b' },
        subject: 'Pay\u2066 me\u0000\nnow',
      },
    });
    const { body } = await ask('GET', link());
    expect(body).toContain('<p>Call from ecilA (mallory@evil.example)</p><p>Subject: Pay me now</p>');
  });

  it('says that a call is over which somebody took', async () => {
    const { ask, link } = createEntryPoint({ ended: true });
    const page = await ask('GET', link());
    expect([page.status, page.body.includes('<form')]).toEqual([410, false]);
  });
});

describe('POST', () => {
  test.each([
    ['decline', 'decline', 'The call was rejected: every phone stops ringing.'],
    ['acceptWithPhoneAudio', 'acceptWithPhoneAudio', 'The call goes to Reception’s phone now.'],
  ] as const)('acts once: %s', async (purpose, action, said) => {
    const { ask, link, posts, audit } = createEntryPoint();
    const first = await ask('POST', link({ purpose }));
    expect([first.status, first.body.includes(said), first.body.includes('<form')]).toEqual([200, true, false]);
    const second = await ask('POST', link({ purpose }));
    expect([second.status, second.body.includes('The link can be used once.')]).toEqual([409, true]);
    expect(posts).toEqual([expect.stringContaining(action)]);
    expect(audit[0]).toMatchObject({
      caller: expect.stringMatching(/^link:[0-9a-f]{12}$/),
      authentication: 'capability',
      result: 'sent',
    });
  });

  it('comes second to the card’s other button: the page says so', async () => {
    const { ask, link, posts } = createEntryPoint();
    await ask('POST', link());
    const page = await ask('POST', link({ purpose: 'acceptWithPhoneAudio' }));
    expect([page.status, page.body.includes('<h1>Another caller has already answered this invitation</h1>')]).toEqual([
      409,
      true,
    ]);
    expect(posts).toHaveLength(1);
  });
});

describe.each(['GET', 'POST'] as const)('%s of a link that is no good', (method) => {
  test.each<[string, number, (entryPoint: ReturnType<typeof createEntryPoint>) => string | Promise<string>]>([
    ['is altered', 404, ({ link }) => `${link().slice(0, -1)}${link().endsWith('A') ? 'B' : 'A'}`],
    ['is empty', 404, () => ''],
    ['is for something else', 404, ({ link }) => link({ purpose: 'unsubscribe', subject: 'sub_1' })],
    ['has expired', 410, ({ clock, link }) => clock.advance(ringMs + 1).then(() => link())],
  ])('that %s: a page, and nothing is done', async (_what, status, make) => {
    const entryPoint = createEntryPoint();
    const page = await entryPoint.ask(method, await make(entryPoint));
    expect([page.status, page.body.includes('<form')]).toEqual([status, false]);
    expect(page.body).toMatch(/^<!doctype html>/);
    expect([entryPoint.posts, entryPoint.audit]).toEqual([[], []]);
  });
});

describe('with Entra ID', () => {
  test.each(['GET', 'POST'] as const)('%s sends who has not signed in to do so, and back', async (method) => {
    const { ask, link, posts } = createEntryPoint({ withEntra: true });
    const answer = await ask(method, link());
    expect([answer.status, answer.location]).toEqual([
      302,
      `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(`/api/confirm/${link()}`)}`,
    ]);
    expect(posts).toEqual([]);
  });

  it('names the person in the record, who can do it once', async () => {
    const { ask, link, audit, posts } = createEntryPoint({ withEntra: true });
    expect(await ask('GET', link(), signedIn())).toMatchObject({ status: 200 });
    expect(audit).toEqual([]);
    expect(await ask('POST', link(), signedIn())).toMatchObject({ status: 200 });
    expect(await ask('POST', link(), signedIn())).toMatchObject({ status: 409 });
    expect(audit[0]).toMatchObject({ caller: 'carol', authentication: 'token', command: 'decline', result: 'sent' });
    expect(posts).toHaveLength(1);
  });

  it('tells the second of two persons who was first', async () => {
    const { ask, link } = createEntryPoint({ withEntra: true });
    await ask('POST', link(), signedIn());
    const page = await ask('POST', link(), signedIn({ objectId: 'dave' }));
    expect([page.status, page.body.includes('answered first by carol')]).toEqual([409, true]);
  });

  test.each<[string, number, Record<string, string>, string]>([
    ['of another tenant', 401, signedIn({ tenantId: 'another' }), 'an account of the tenant'],
    ['whose header cannot be read', 401, { 'x-ms-client-principal': 'carol' }, 'an account of the tenant'],
    ['without the role', 403, signedIn({ roles: ['Invitations.Read'] }), 'Invitations.Command'],
  ])('refuses a person %s', async (_what, status, headers, said) => {
    const { ask, link, posts } = createEntryPoint({ withEntra: true });
    const page = await ask('POST', link(), headers);
    expect([page.status, page.body.startsWith('<!doctype html>'), page.body.includes(said)]).toEqual([
      status,
      true,
      true,
    ]);
    expect(posts).toEqual([]);
  });

  it('believes no header where the platform does not authenticate, and says that nobody can sign in', async () => {
    const { ask, link, posts } = createEntryPoint({ withEntra: true, signInByPlatform: false });
    const page = await ask('POST', link(), signedIn());
    expect([page.status, page.body.includes('App Service Authentication is not switched on')]).toEqual([401, true]);
    expect(posts).toEqual([]);
  });
});

describe('without Entra ID', () => {
  it.each([false, true])(
    'ignores a forged person: the record names the link (platform: %s)',
    async (signInByPlatform) => {
      const { ask, link, audit } = createEntryPoint({ signInByPlatform });
      expect(await ask('POST', link(), signedIn())).toMatchObject({ status: 200 });
      expect(audit[0]).toMatchObject({ caller: expect.stringMatching(/^link:/), authentication: 'capability' });
    },
  );
});

describe('the rate limit', () => {
  it('is counted for each link by itself', async () => {
    const { ask, link } = createEntryPoint();
    for (let n = 0; n < 3; n += 1) expect(await ask('GET', link())).toMatchObject({ status: 200 });
    const page = await ask('GET', link());
    expect([page.status, page.body.includes('<h1>Too many requests</h1>')]).toEqual([429, true]);
    expect(await ask('GET', link({ purpose: 'acceptWithPhoneAudio' }))).toMatchObject({ status: 200 });
  });
});

describe('Call back on the card of a missed call', () => {
  const purpose = { purpose: 'callBack', expiresAtMs: ringStartMs + 86_400_000 } as const;
  const phone = {
    name: 'Bob',
    callerType: 'phone',
    uri: 'sip:+4930555@contoso.com;user=phone',
    phoneNumber: '+4930555',
  } as const;

  it('asks first, and says whose phone rings', async () => {
    const { ask, link, posts } = createEntryPoint({ ended: true });
    const page = await ask('GET', link(purpose));
    expect(page.status).toBe(200);
    for (const text of ['<h1>Call back?</h1>', 'Alice Müller', 'Reception’s phone rings first', '<button'])
      expect(page.body).toContain(text);
    expect(posts).toEqual([]);
  });

  it.each([
    ['a user by the SIP address', {}, 'sip:alice@fabrikam.com'],
    ['a telephone by its number', { from: phone }, 'tel:+4930555'],
  ])('calls %s, once for each link', async (_title, data, to) => {
    const { ask, link, posts, called, audit } = createEntryPoint({ ended: true, data });
    const pages = [await ask('POST', link(purpose)), await ask('POST', link(purpose))];
    expect(pages.map(({ status }) => status)).toEqual([200, 409]);
    expect([posts, called]).toEqual([['startPhoneAudio'], [to]]);
    expect(audit.map(({ command, authentication, result }) => [command, authentication, result])).toEqual([
      ['start', 'capability', 'sent'],
      ['start', 'capability', 'sent'],
    ]);
  });

  it('names the person who signed in', async () => {
    const { ask, link, audit } = createEntryPoint({ ended: true, withEntra: true });
    expect((await ask('POST', link(purpose), signedIn())).status).toBe(200);
    expect(audit).toMatchObject([{ caller: 'carol', authentication: 'token', command: 'start' }]);
  });

  it.each([
    ['a withheld number', { from: { callerType: 'withheld' } }],
    ['a guest', { from: { callerType: 'guest', uri: 'sip:guest@contoso.com' } }],
  ] as const)('calls nobody back who is %s', async (_title, data) => {
    const { ask, link, posts } = createEntryPoint({ ended: true, data });
    for (const method of ['GET', 'POST'] as const) expect((await ask(method, link(purpose))).status).toBe(410);
    expect(posts).toEqual([]);
  });

  it('is over after a day, and for a call that is on record no more', async () => {
    const { ask, link, clock } = createEntryPoint({ ended: true });
    expect((await ask('POST', link({ ...purpose, subject: 'forgotten' }))).status).toBe(410);
    await clock.advance(86_400_001);
    expect((await ask('GET', link(purpose))).body).toContain('This link has expired');
  });
});
