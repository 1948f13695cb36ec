// Over 200 lines: a table with a row for every fault, which the compiler keeps complete.
import { isAxiosError, type AxiosResponse } from 'axios';
import type { FaultKind, FaultRequest } from '../../../infra/local/ucwa/faults/faultTable';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import { eventsOf, nextOf, signIn, ticket, reported, type Client, type PackageBody, type ResourceBody } from './client';

const USER = '/Autodiscover/AutodiscoverService.svc/root/oauth/user';

interface Stage {
  readonly clock: FakeClock;
  readonly ucwa: TestUcwa;
  readonly client: Client & { readonly next: string };
  /** Polls with what came back as text, whatever it is. */
  raw(href: string): Promise<AxiosResponse<string>>;
  /** How the request failed: axios's or the system's code. */
  failure(href: string): Promise<string | undefined>;
}

/** What every strike leaves intact: the package that was due is there in one piece when it is asked for again. */
const intact = async ({ client }: Stage): Promise<void> => {
  const { status, data } = await client.poll(client.next);
  expect([status, data.sender?.[0]?.rel]).toEqual([200, 'communication']);
};

const strikes: Record<FaultKind, { fault: Omit<FaultRequest, 'kind'>; check: (stage: Stage) => Promise<void> }> = {
  discoveryRedirect: {
    fault: { times: 2 },
    check: async ({ ucwa }) => {
      const hops = [
        await ucwa.http.get<ResourceBody>('/'),
        await ucwa.http.get<ResourceBody>('/'),
        await ucwa.http.get<ResourceBody>('/'),
      ];
      expect(hops.map(({ data }) => Object.keys(data._links)[0])).toEqual(['redirect', 'redirect', 'self']);
    },
  },
  userRedirect: {
    fault: { to: 'https://lyncdiscover.other.example/' } as Omit<FaultRequest, 'kind'>,
    check: async ({ client }) => {
      expect((await client.get(USER)).data._links).toEqual({
        redirect: { href: 'https://lyncdiscover.other.example/' },
      });
      expect((await client.get(USER)).data._links).toHaveProperty('applications');
    },
  },
  challengeVariant: {
    fault: { variant: 'noBearer' } as Omit<FaultRequest, 'kind'>,
    check: async ({ ucwa }) => {
      expect((await ucwa.http.get(USER)).headers['www-authenticate']).toMatch(
        /^MsRtcOAuth href="[^"]+",grant_type="[^"]+"$/,
      );
    },
  },
  grantsNotOffered: {
    fault: { times: 2 },
    check: async ({ ucwa }) => {
      expect((await ucwa.http.get(USER)).headers['www-authenticate']).toMatch(
        /^Bearer [^,]+, client_id="[^"]+", authorization_uri="[^"]+"$/,
      );
      expect((await ticket(ucwa)).data).toEqual({ error: 'unsupported_grant_type' });
    },
  },
  credentialsRejected: {
    fault: {},
    check: async ({ ucwa }) => {
      expect((await ticket(ucwa)).data).toEqual({ error: 'invalid_grant' });
      expect((await ticket(ucwa)).status).toBe(200);
    },
  },
  shortTicket: {
    fault: { seconds: 5 } as Omit<FaultRequest, 'kind'>,
    check: async ({ ucwa, clock }) => {
      const { access_token, expires_in } = (await ticket(ucwa)).data;
      expect(expires_in).toBe(5);
      await clock.advance(5000);
      expect((await ucwa.http.get(USER, { headers: { Authorization: `Bearer ${access_token}` } })).status).toBe(401);
    },
  },
  tokenExpired: {
    fault: { account: 'sip:reception@contoso.com' },
    check: async ({ client, ucwa }) => {
      const { status, headers } = await client.poll(client.next);
      expect([status, headers['content-type'], headers['x-ms-diagnostics'] as string]).toEqual([
        401,
        'text/html',
        expect.stringMatching(/^28032;/),
      ]);
      const { access_token } = (await ticket(ucwa)).data;
      expect((await ucwa.http.get(client.path, { headers: { Authorization: `Bearer ${access_token}` } })).status).toBe(
        200,
      );
    },
  },
  selfLinkQuery: {
    fault: {},
    check: async ({ client }) => {
      const { data } = await client.get(client.path);
      expect(data._links['self']?.href).toBe(`${client.path}?instanceId=1`);
      expect((await client.get(`${client.path}?instanceId=1`)).data._links['self']?.href).toBe(client.path);
    },
  },
  wrongTicketHost: {
    fault: { status: 500 } as Omit<FaultRequest, 'kind'>,
    check: async ({ client, ucwa }) => {
      const pool = (await client.get(USER)).data._links['applications']?.href ?? '';
      expect(pool).toBe(`http://localhost:${ucwa.port}/ucwa/oauth/v1/applications`);
      const refused = await client.send('POST', pool, { userAgent: 'test', endpointId: 'e', culture: 'c' });
      expect([refused.status, refused.headers['x-ms-diagnostics'] as string]).toEqual([
        500,
        expect.stringMatching(/^28032;/),
      ]);
      const challenged = await ucwa.http.post(pool, {});
      expect(challenged.status).toBe(401);
      expect(challenged.headers['www-authenticate']).toContain(
        `MsRtcOAuth href="http://localhost:${ucwa.port}/WebTicket/oauthtoken"`,
      );
    },
  },

  applicationDropped: {
    fault: { subcode: 'InactiveApplicationExpired' } as Omit<FaultRequest, 'kind'>,
    check: async ({ client, ucwa }) => {
      const { status, data } = await client.poll(client.next);
      expect([status, data]).toEqual([
        404,
        expect.objectContaining({ code: 'NotFound', subcode: 'InactiveApplicationExpired' }),
      ]);
      expect(ucwa.invitationEvents()).toEqual([expect.objectContaining({ forgotten: true })]);
      const again = await signIn(ucwa);
      expect(again.path).not.toBe(client.path);
    },
  },
  notToBeMadeAvailable: {
    fault: {},
    check: async ({ client, ucwa }) => {
      const [application] = ucwa.simulator.applications.all();
      const links = async () => {
        const { data } = await client.get<{ _embedded: { me: { _links: object } } }>(application?.path ?? '');
        return data._embedded.me._links;
      };
      if (application !== undefined) application.availability = undefined;
      expect(await links()).not.toHaveProperty('makeMeAvailable');
      expect(await links()).toHaveProperty('makeMeAvailable');
    },
  },
  modalitiesForbidden: {
    fault: {},
    check: async ({ ucwa }) => {
      const client = await signIn(ucwa, { endpointId: 'other', modalities: [] });
      const ask = (supportedModalities: string[]) =>
        client.send('POST', `${client.path}/me/makeMeAvailable`, { supportedModalities });
      expect((await ask(['Messaging', 'Audio'])).status).toBe(403);
      expect((await ask(['PhoneAudio', 'Messaging'])).status).toBe(204);
    },
  },

  resync: {
    fault: {},
    check: async (stage) => {
      // This poll would have acknowledged package 1; it was not heard, so that package 1 comes again.
      const { data } = await stage.client.poll(stage.client.next);
      expect(Object.keys(data)).toEqual(['_links']);
      const again = await stage.client.poll(data._links['resync']?.href ?? '');
      expect(reported(again)[0]).toBe('communication: communication updated');
      expect(nextOf(again)).toBe(stage.client.next);
      await intact(stage);
    },
  },
  resume: {
    fault: {},
    check: async ({ client, ucwa }) => {
      const { data } = await client.poll(client.next);
      expect(Object.keys(data._links)).toEqual(['self', 'resume']);
      expect(data.sender).toHaveLength(2);
      ucwa.ring();
      expect(Object.keys((await client.poll(data._links['resume']?.href ?? '')).data._links)).toEqual(['self', 'next']);
    },
  },
  replacedPoll: {
    fault: {},
    check: async (stage) => {
      const { status, data } = await stage.client.poll(stage.client.next);
      expect([status, data]).toEqual([409, expect.objectContaining({ subcode: 'PGetReplaced' })]);
      await intact(stage);
    },
  },
  emptyWithoutNext: {
    fault: {},
    check: async (stage) => {
      await intact(stage);
      const next = `${stage.client.path}/events?ack=3`;
      expect((await stage.client.poll(next)).data).toEqual({ _links: { self: { href: next } } });
      stage.ucwa.ring();
      expect(reported(await stage.client.poll(next))).toHaveLength(4);
    },
  },
  linkOnly: {
    fault: {},
    check: async ({ client, ucwa }) => {
      const response = await client.poll(client.next);
      expect(eventsOf(response).filter(({ _embedded }) => _embedded !== undefined)).toEqual([]);
      expect(ucwa.invitationEvents()[0]?.state).toBe('Connecting');
      expect((await client.get(eventsOf(response)[0]?.link.href ?? '')).data.rel).toBe('audioVideoInvitation');
    },
  },
  manyEvents: {
    fault: {},
    check: async ({ client }) => {
      const events = reported(await client.poll(client.next));
      expect(events).toHaveLength(100);
      expect([events[0], events[95], events[96]]).toEqual([
        'people: contactPresence updated',
        'people: contactPresence updated',
        'communication: audioVideoInvitation started',
      ]);
    },
  },
  onlyCompleted: {
    fault: {},
    check: async ({ client, ucwa }) => {
      const { id, invitation } = ucwa.ring();
      ucwa.simulator.hangUp(id);
      const ofCall = eventsOf(await client.poll(client.next)).filter(({ link }) => link.href === invitation);
      expect(ofCall.map(({ type }) => type)).toEqual(['completed']);
      expect(ucwa.invitationEvents().filter(({ href }) => href === invitation)).toHaveLength(1);
    },
  },

  status: {
    fault: { status: 503, subcode: 'Busy', retryAfterSeconds: 7 } as Omit<FaultRequest, 'kind'>,
    check: async (stage) => {
      const { status, data, headers } = await stage.client.poll(stage.client.next);
      expect([status, data, headers['retry-after']]).toEqual([
        503,
        expect.objectContaining({ code: 'ServiceUnavailable', subcode: 'Busy' }),
        '7',
      ]);
      await intact(stage);
    },
  },
  htmlBody: {
    fault: {},
    check: async (stage) => {
      const { status, data, headers } = await stage.raw(stage.client.next);
      expect([status, headers['content-type']]).toEqual([502, 'text/html']);
      expect(data).toContain('<html>');
      await intact(stage);
    },
  },
  poolUnreachable: {
    fault: {},
    check: async (stage) => {
      const polled = stage.raw(stage.client.next);
      const { status, data } = await stage.clock.advanceUntil(polled);
      expect([status, data]).toEqual([504, expect.stringContaining('<title>504')]);
      await intact(stage);
    },
  },
  resetBeforeBody: {
    fault: {},
    check: async (stage) => {
      expect(await stage.failure(stage.client.next)).toBe('ECONNRESET');
      await intact(stage);
    },
  },
  resetWithinBody: {
    fault: {},
    check: async (stage) => {
      expect(await stage.failure(stage.client.next)).toMatch(/^(ECONNRESET|ERR_BAD_RESPONSE)$/);
      await intact(stage);
    },
  },
  resetAfterBody: {
    fault: {},
    check: async (stage) => {
      // Whether the body arrives before the reset is for the two systems to settle; that it may have is the point.
      await stage.failure(stage.client.next);
      // The client may learn of the reset only when it uses the connection again.
      await intact(stage).catch(() => intact(stage));
    },
  },
  slowAnswer: {
    fault: { delayMs: 2_500, on: 'people' } as Omit<FaultRequest, 'kind'>,
    check: async ({ client, clock }) => {
      let isDone = false;
      const read = client.get(`${client.path}/people/alice@contoso.com`).then((response) => {
        isDone = true;
        return response;
      });
      await clock.asleep((durationMs) => durationMs === 2_500);
      expect(isDone).toBe(false);
      await clock.advance(2_500);
      expect((await read).data).toMatchObject({ rel: 'contact', uri: 'sip:alice@contoso.com' });
    },
  },
  slowBytes: {
    fault: { chunkBytes: 1000, delayMs: 10 } as Omit<FaultRequest, 'kind'>,
    check: async ({ client, clock }) => {
      const polled = client.poll(client.next);
      for (let isDone = false; !isDone;) {
        await clock.asleep((durationMs) => durationMs === 10);
        await clock.advance(10);
        isDone = await Promise.race([
          polled.then(() => true),
          clock.asleep((durationMs) => durationMs === 10).then(() => false),
        ]);
      }
      expect(reported(await polled)).toHaveLength(4);
    },
  },
  truncatedJson: {
    fault: {},
    check: async (stage) => {
      const { data, headers } = await stage.raw(stage.client.next);
      expect(Number(headers['content-length'])).toBe(data.length);
      expect(() => JSON.parse(data) as unknown).toThrow(SyntaxError);
      await intact(stage);
    },
  },
  byteOrderMark: {
    fault: {},
    check: async ({ client, ucwa }) => {
      const { data } = await ucwa.http.get<Buffer>(client.next, {
        headers: { Authorization: `Bearer ${client.token}` },
        responseType: 'arraybuffer',
      });
      expect(data.subarray(0, 4).toString('hex')).toBe('efbbbf7b');
    },
  },
  junkBeforeBody: {
    fault: {},
    check: async (stage) => expect((await stage.raw(stage.client.next)).data).toMatch(/^<!-- proxy -->\r\n\{/),
  },
  doubledSlashes: {
    fault: {},
    check: async ({ client, ucwa }) => {
      const response = await client.poll(client.next);
      expect(nextOf(response)).toMatch(/^\/\/ucwa\/oauth/);
      ucwa.ring();
      expect((await client.poll(`${ucwa.url}${nextOf(response)}`)).status).toBe(200);
    },
  },
  absoluteHrefs: {
    fault: {},
    check: async ({ client, ucwa }) =>
      expect(nextOf(await client.poll(client.next))).toBe(`${ucwa.url}${client.path.slice(1)}/events?ack=3`),
  },
  prefixedRels: {
    fault: {},
    check: async ({ client }) => {
      const response = await client.poll(client.next);
      expect(reported(response)[0]).toBe('ms:rtc:saas:communication: ms:rtc:saas:audioVideoInvitation started');
      expect(
        eventsOf(response)[0]?._embedded?.['ms:rtc:saas:audioVideoInvitation']?._embedded?.['ms:rtc:saas:from']?.rel,
      ).toBe('ms:rtc:saas:participant');
    },
  },
  xml: {
    fault: {},
    check: async (stage) => {
      const { data, headers } = await stage.raw(stage.client.next);
      expect(headers['content-type']).toMatch(/^application\/vnd\.microsoft\.com\.ucwa\+xml/);
      expect(data).toContain('<started rel="audioVideoInvitation"');
      await intact(stage);
    },
  },
};

describe('faults', () => {
  let clock: FakeClock;
  let ucwa: TestUcwa;

  beforeEach(async () => {
    clock = createFakeClock();
    ucwa = await startTestUcwa({ clock });
  });
  afterEach(() => ucwa.close());

  const stageOf = (client: Stage['client']): Stage => {
    const raw = (href: string) =>
      ucwa.http.get<string>(href, {
        headers: { Authorization: `Bearer ${client.token}` },
        transformResponse: (text: string) => text,
      });
    const failure = (href: string): Promise<string | undefined> =>
      raw(href).then(
        () => undefined,
        (error: unknown) => (isAxiosError(error) ? error.code : String(error)),
      );
    return { clock, ucwa, client, raw, failure };
  };

  it.each(Object.entries<(typeof strikes)[FaultKind]>(strikes))('%s', async (kind, { fault, check }) => {
    const client = await signIn(ucwa);
    ucwa.ring();
    ucwa.fault({ kind, ...fault } as FaultRequest);
    await check(stageOf(client));
    expect(ucwa.simulator.faults.list()).toEqual([]);
  });

  it.each<[FaultRequest, number]>([
    [{ kind: 'tokenExpired' }, 401],
    [{ kind: 'applicationDropped' }, 404],
    [{ kind: 'replacedPoll' }, 409],
    [{ kind: 'status', status: 410 }, 410],
    [{ kind: 'htmlBody' }, 502],
    [{ kind: 'resync' }, 200],
    [{ kind: 'resume', atOnce: true }, 200],
    [{ kind: 'emptyWithoutNext' }, 200],
  ])('%j strikes a pending poll at once: %i', async (fault, status) => {
    const client = await signIn(ucwa);
    const pending = client.poll(client.next);
    await ucwa.simulator.whenPolling();
    ucwa.fault(fault);
    expect((await pending).status).toBe(status);
  });

  it('resume may come with nothing in it, and is there again until it is followed', async () => {
    const client = await signIn(ucwa);
    ucwa.fault({ kind: 'resume', atOnce: true });
    const { data } = await client.poll(client.next);
    expect(data).toEqual({ _links: { self: { href: client.next }, resume: { href: `${client.path}/events?ack=3` } } });
    ucwa.ring();
    expect((await client.poll(client.next)).data).toEqual(data);
    expect((await client.poll(data._links['resume']?.href ?? '')).data.sender).toHaveLength(2);
  });

  it('strike only the account that they name, and only the requests that they are for', async () => {
    const alice = await signIn(ucwa, { username: 'alice@contoso.com' });
    const bob = await signIn(ucwa, { username: 'bob@contoso.com' });
    ucwa.fault({ kind: 'status', status: 500, account: 'sip:bob@contoso.com', on: 'resource' });
    const me = async (client: Client): Promise<number> => (await client.get(`${client.path}/me`)).status;
    expect([await me(alice), (await bob.get(bob.path)).status, await me(bob), await me(bob)]).toEqual([
      200, 200, 500, 200,
    ]);
  });

  it('on an action: a status is not carried out, a reset before the body is; the ledger knows both', async () => {
    const client = await signIn(ucwa);
    const { invitation } = ucwa.ring();
    ucwa.fault({ kind: 'status', status: 503, on: 'action' });
    expect((await client.send('POST', `${invitation}/decline`, {})).status).toBe(503);
    ucwa.fault({ kind: 'resetBeforeBody', on: 'action' });
    await expect(client.send('POST', `${invitation}/decline`, {})).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(ucwa.simulator.ledger.commands.map(({ status }) => status)).toEqual([503, 204]);
    expect((await client.get(invitation)).data['state']).toBe('Failed');
  });

  it.each<[NonNullable<Extract<FaultRequest, { kind: 'challengeVariant' }>['variant']>, number, RegExp]>([
    ['usual', 401, /^Bearer .+, MsRtcOAuth href=".+",grant_type=".+"$/],
    ['joined', 401, /^Bearer .+, MsRtcOAuth /],
    ['reversed', 401, /^MsRtcOAuth .+, Bearer /],
    ['noBearer', 401, /^MsRtcOAuth [^ ]+$/],
    ['emptyIssuers', 401, /^Bearer trusted_issuers="",/],
    ['unquotedHref', 401, /MsRtcOAuth href=http:/],
    ['hrefMissing', 401, /MsRtcOAuth grant_type=/],
    ['repeatedGrants', 401, /password,urn:microsoft.rtc:windows/],
    ['passive', 401, /grant_type="urn:microsoft.rtc:passive,/],
    ['on403', 403, /^Bearer .+, MsRtcOAuth /],
  ])('challengeVariant %s', async (variant, status, shape) => {
    ucwa.fault({ kind: 'challengeVariant', variant });
    const answered = await ucwa.http.get<PackageBody>(USER);
    expect([answered.status, answered.headers['www-authenticate'] as string]).toEqual([
      status,
      expect.stringMatching(shape),
    ]);
  });
});
