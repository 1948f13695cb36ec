import type { LifecycleRecord } from '../../../infra/local/ucwa/ledger';
import { createUcwaHttp } from '../../../shared/ucwa/http';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { carrying, startTestSession, reported, type TestSession } from '../../support/ucwaSession';
import { simulatorAccount, startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';

const never = new AbortController().signal;

let clock: FakeClock;
let ucwa: TestUcwa;
const sessions: TestSession[] = [];

function start(options: Parameters<typeof startTestSession>[1] = {}): TestSession {
  const session = startTestSession(ucwa.url, { clock, ...options });
  sessions.push(session);
  return session;
}
async function connected(options: Parameters<typeof startTestSession>[1] = {}): Promise<TestSession> {
  const session = start(options);
  session.listen();
  await clock.advanceUntil(ucwa.simulator.whenPolling());
  return session;
}
const lifecycle = (action: string): LifecycleRecord[] =>
  ucwa.simulator.ledger.lifecycle.filter((record) => record.action === action);
const bodies = (action: string): unknown[] =>
  lifecycle(action).map(({ body }) => JSON.parse(body ?? 'null') as unknown);

beforeEach(async () => {
  clock = createFakeClock();
  ucwa = await startTestUcwa({ clock });
});
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()));
  await ucwa.close();
});

test('a self link with a query is kept where the application itself is asked for, and is no part of other addresses', async () => {
  ucwa.fault({ kind: 'selfLinkQuery', times: 10 });
  const asked: string[] = [];
  const http = createUcwaHttp({ clock });
  const { session } = await connected({
    http: {
      request: (request) => (asked.push(`${request.method} ${request.url}`), http.request(request)),
      close: () => http.close(),
    },
  });
  const { path, id } = await session.application(never);
  expect(path).toBe(`/ucwa/oauth/v1/applications/${id}`);
  expect(asked).toContainEqual(expect.stringMatching(`^GET .*${path}\\?instanceId=1$`));
  expect(session.health().state).toBe('connected');
  ucwa.ring();
  await clock.advance(0);
  await session.signOut(never);
  expect(ucwa.simulator.applications.all()).toEqual([]);
});

describe('makeMeAvailable', () => {
  test('registers the account’s modalities, and its presence where one is set', async () => {
    await connected({ account: { signInAs: 'Away', modalities: ['Audio', 'PhoneAudio'] } });
    expect(bodies('makeMeAvailable')).toEqual([
      { supportedModalities: ['Audio', 'PhoneAudio'], signInAs: 'Away', phoneNumber: simulatorAccount.phoneNumber },
    ]);
  });

  test('falls back to phone audio where the others are forbidden, never to Messaging, and says so', async () => {
    ucwa.fault({ kind: 'modalitiesForbidden' });
    const { session, lines } = await connected();
    expect(bodies('makeMeAvailable')).toEqual([
      { supportedModalities: ['Audio', 'Video', 'PhoneAudio'], phoneNumber: simulatorAccount.phoneNumber },
      { supportedModalities: ['PhoneAudio'], phoneNumber: simulatorAccount.phoneNumber },
    ]);
    expect(session.health()).toMatchObject({ state: 'connected', modalities: ['PhoneAudio'] });
    expect(lines).toContainEqual({
      level: 'warn',
      event: 'ucwaModalitiesLacking',
      fields: { account: 'sip:reception@contoso.com', lacking: 'Audio,Video' },
    });
  });

  test('an account that can receive none of the relayed kinds says so, and stays on the channel', async () => {
    ucwa.fault({ kind: 'modalitiesForbidden' });
    const { session } = await connected({ kinds: ['audioVideo'] });
    expect(session.health()).toMatchObject({
      state: 'noInvitations',
      modalities: ['PhoneAudio'],
      lastError: expect.stringContaining('granted: PhoneAudio') as string,
    });
  });

  test('so does one to which every modality is forbidden', async () => {
    ucwa.fault({ kind: 'status', status: 403, on: 'makeMeAvailable', times: 2 });
    const { session } = await connected();
    expect(session.health()).toMatchObject({ state: 'noInvitations', modalities: [] });
  });

  test('being available already is success', async () => {
    ucwa.fault({ kind: 'status', status: 409, subcode: 'AlreadyExists', on: 'makeMeAvailable' });
    const { session } = await connected();
    expect(session.health().state).toBe('connected');
  });
});

describe('the application', () => {
  test('is the same for the next process, and so is the channel’s place', async () => {
    const first = await connected();
    const { id } = await first.session.application(never);
    await first.close();
    ucwa.ring();
    const second = start();
    const listening = second.listen();
    await clock.advanceUntil(listening.item(carrying('audioVideoInvitation started')));
    expect(await second.session.application(never)).toEqual({ id, path: `/ucwa/oauth/v1/applications/${id}` });
    expect(lifecycle('createApplication').map(({ status }) => status)).toEqual([201, 200]);
    expect(lifecycle('makeMeAvailable')).toHaveLength(1);
    expect(reported(listening.items)).not.toContainEqual(expect.stringMatching(/^gap/));
  });

  test('has an endpoint of its own for each account, whatever the case of its address', async () => {
    for (const sipUri of ['sip:reception@contoso.com', 'sip:Reception@Contoso.com', 'sip:sales@contoso.com'])
      await start({ account: { sipUri } }).session.application(never);
    const ids = (bodies('createApplication') as { endpointId: string; userAgent: string }[]).map(
      ({ endpointId }) => endpointId,
    );
    expect(ids[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('is given the account’s modalities when they have changed since the last run', async () => {
    await (await connected({ account: { modalities: ['PhoneAudio'] } })).close();
    const { session } = await connected();
    expect(lifecycle('makeMeAvailable')).toHaveLength(1);
    expect(lifecycle('putCommunication').map(({ status }) => status)).toEqual([200]);
    expect(session.health().modalities).toEqual(['Audio', 'Video', 'PhoneAudio']);
  });

  test('keeps its modalities where they may not be changed', async () => {
    await (await connected({ account: { modalities: ['PhoneAudio'] } })).close();
    ucwa.fault({ kind: 'status', status: 412, on: 'application', times: 2 });
    const { session } = await connected();
    expect(session.health()).toMatchObject({ state: 'connected', modalities: ['PhoneAudio'] });
  });

  test('is not made available for a command, and asked for anew while nobody of this process polls it', async () => {
    const { session } = start();
    const before = await session.application(never);
    ucwa.fault({ kind: 'applicationDropped' });
    const after = await session.application(never);
    expect(after.id).not.toBe(before.id);
    expect(lifecycle('makeMeAvailable')).toEqual([]);
  });

  test('is deleted by signing out, and only then', async () => {
    const first = await connected();
    await first.close();
    expect(lifecycle('deleteApplication')).toEqual([]);
    const again = start();
    await again.session.signOut(never);
    expect(lifecycle('deleteApplication').map(({ status }) => status)).toEqual([204]);
    expect(again.session.health()).toMatchObject({ state: 'signedOut', tokenExpiresAtMs: undefined });
    expect(first.session.health().state).toBe('connected');
  });
});

describe('reportMyActivity', () => {
  const account = { reportActivity: true };

  test('is sent every three and a half to four minutes while the channel is read', async () => {
    const test = await connected({ account });
    await clock.advance(3_600_000);
    const times = lifecycle('reportMyActivity').map(({ at }) => Date.parse(at));
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(13);
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(210_000);
      expect(gap).toBeLessThan(240_000);
    }
    await test.close();
    await clock.advance(600_000);
    expect(lifecycle('reportMyActivity')).toHaveLength(times.length);
  });

  test('is due as it was, whatever run comes between', async () => {
    const test = start({ account });
    for (let run = 0; run < 40; run += 1) {
      const listening = test.listen();
      await clock.advance(100_000);
      await listening.stop();
    }
    const times = lifecycle('reportMyActivity').map(({ at }) => Date.parse(at));
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(14);
    expect(Math.max(...gaps)).toBeLessThan(240_000);
  });

  test('is not sent for an account that does not want to look active', async () => {
    await connected();
    await clock.advance(3_600_000);
    expect(lifecycle('reportMyActivity')).toEqual([]);
  });

  test('that is not accepted makes the account available again', async () => {
    await connected({ account });
    ucwa.fault({ kind: 'status', status: 409, subcode: 'MakeMeAvailableRequired', on: 'activity' });
    await clock.advance(240_000);
    expect(lifecycle('createApplication')).toHaveLength(2);
  });

  test('that fails is no trouble for the channel', async () => {
    const { session } = await connected({ account });
    ucwa.fault({ kind: 'status', status: 500, on: 'activity', times: 3 });
    await clock.advance(1_200_000);
    expect(session.health()).toMatchObject({ state: 'connected', lastError: undefined });
    expect(lifecycle('reportMyActivity').length).toBeGreaterThan(1);
  });
});

describe('read and post', () => {
  test('a resource that is gone is undefined, one that is refused an error', async () => {
    const { session } = await connected();
    const { path } = await session.application(never);
    await expect(session.read(`https://elsewhere.example${path}/me`, never)).resolves.toMatchObject({ rel: 'me' });
    await expect(session.read(`${path}/communication/audioVideoInvitations/none`, never)).resolves.toBeUndefined();
    ucwa.fault({ kind: 'status', status: 403, on: 'resource' });
    await expect(session.read(`${path}/me`, never)).rejects.toMatchObject({
      code: 'upstreamRefused',
      extensions: { status: 403 },
    });
  });

  test('an action is posted with its query and body; one that comes too late was resolved elsewhere', async () => {
    const { session } = await connected();
    const { invitation } = ucwa.ring();
    const resource = await session.read(invitation, never);
    const href = resource?.links['decline']?.[0]?.href ?? '';
    await session.post({ href, query: { sessionContext: 'a b&c' }, body: { reason: 'Local' } }, never);
    expect(ucwa.simulator.ledger.commands).toMatchObject([
      { action: 'decline', body: '{"reason":"Local"}', query: { sessionContext: 'a b&c' }, status: 204 },
    ]);
    await expect(session.post({ href, body: { reason: 'Local' } }, never)).rejects.toMatchObject({
      code: 'resolvedElsewhere',
    });
  });

  test('an expired ticket does not lose the action', async () => {
    const { session } = await connected();
    const { invitation } = ucwa.ring();
    ucwa.fault({ kind: 'tokenExpired' });
    await session.post({ href: `${invitation}/decline`, body: {} }, never);
    expect(ucwa.simulator.ledger.commands.map(({ status }) => status)).toEqual([401, 204]);
  });

  test('a caller that gives up gets its answer at once', async () => {
    const { session } = start();
    await expect(session.read('/x', AbortSignal.abort())).rejects.toMatchObject({ code: 'upstreamTimeout' });
  });

  test('UCWA’s own code and subcode go along', async () => {
    const { session } = await connected();
    ucwa.fault({ kind: 'status', status: 400, subcode: 'ParameterValidationFailure', on: 'action' });
    const { invitation } = ucwa.ring();
    await expect(
      session.post({ href: `${invitation}/acceptWithAnswer`, body: 'v=0', contentType: 'application/sdp' }, never),
    ).rejects.toMatchObject({
      code: 'upstreamRefused',
      extensions: { status: 400, subcode: 'ParameterValidationFailure' },
    });
  });
});
