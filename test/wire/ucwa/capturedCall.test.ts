import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../../../shared/invitations/commands/command';
import { runCommand, type CommandPorts, type CommandSent } from '../../../shared/invitations/commands/runCommand';
import { silentLog } from '../../../shared/telemetry/log';
import { createUcwaHttp, type UcwaHttp } from '../../../shared/ucwa/http';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { createMemoryClaims } from '../../support/memoryClaims';
import { createMemoryStartedCalls } from '../../support/memoryStartedCalls';
import { relaySigningKey, relayTo } from '../../support/relayTo';
import { startTestSession } from '../../support/ucwaSession';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';

const captured = readFileSync(join(__dirname, '../../fixtures/captured-incoming-call.json'), 'utf8');
const CAPTURED_APPLICATION = '589210634072';
const SDP = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/SAVP 0\r\n';
const OFFER = '16dc9d71101116c17454be00d1d3a843@fabrikam.com';

interface CapturedBody {
  readonly sender: readonly [
    { readonly events: readonly [{ readonly _embedded: { readonly audioVideoInvitation: InvitationBody } }] },
  ];
}
interface InvitationBody {
  readonly _links: Record<string, { readonly href: string }>;
}

let clock: FakeClock;
let ucwa: TestUcwa;
beforeEach(async () => {
  clock = createFakeClock();
  ucwa = await startTestUcwa({ clock });
});
afterEach(() => ucwa.close());

/** The captured call rings at the simulator; `toPhone`: with the link that pools give where a telephone is known. */
async function ringCaptured(toPhone = false) {
  const http = createUcwaHttp({ clock });
  const posted: { readonly path: string; readonly query: Record<string, string>; readonly body: string | undefined }[] =
    [];
  const watched: UcwaHttp = {
    request: (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (request.method === 'POST' && pathname.includes('/audioVideoInvitations/'))
        posted.push({
          path: pathname.slice(pathname.lastIndexOf('/')),
          query: Object.fromEntries(searchParams),
          body: request.body,
        });
      return http.request(request);
    },
    close: () => http.close(),
  };
  const test_ = startTestSession(ucwa.url, { clock, http: watched });
  const { session } = test_;
  const relay = relayTo(session, clock);
  await clock.advanceUntil(ucwa.simulator.whenPolling());

  const { id } = await session.application(new AbortController().signal);
  const body = JSON.parse(captured.replaceAll(CAPTURED_APPLICATION, id)) as CapturedBody;
  const { audioVideoInvitation } = body.sender[0].events[0]._embedded;
  const self = audioVideoInvitation._links['self']?.href ?? '';
  if (toPhone) audioVideoInvitation._links['acceptWithPhoneAudio'] = { href: `${self}/acceptWithPhoneAudio` };
  const serve = (path: string, text: string): unknown =>
    ucwa.simulator.resources.set(path, { contentType: 'application/json', text });
  serve(self, JSON.stringify(audioVideoInvitation));
  for (const action of ['acceptWithAnswer', 'acceptWithPhoneAudio', 'sendProvisionalAnswer', 'decline'])
    serve(`${self}/${action}`, '{}');
  ucwa.simulator.pushPackage({ body: JSON.stringify(body) });
  await clock.advance(100);

  const ports: CommandPorts = {
    signingKey: relaySigningKey,
    gateway: () => session,
    claims: createMemoryClaims(),
    started: createMemoryStartedCalls(),
    calls: { head: () => Promise.resolve(undefined) },
    audit: { record: () => Promise.resolve() },
    events: { publish: () => Promise.resolve() },
    newId: () => 'id',
    clock,
    log: silentLog,
  };
  const invitationId = relay.published[0]?.event.subject ?? '';
  return {
    posted,
    run: (command: Command): Promise<CommandSent> =>
      runCommand(
        { invitationId, command, caller: 'key:a', authentication: 'key' },
        ports,
        new AbortController().signal,
      ),
    async stop() {
      await relay.stop();
      await test_.close();
    },
  };
}

test('an SDP answers the captured call, with a session context that the relay makes: the same for both answers', async () => {
  const call = await ringCaptured();
  const early = await call.run({ command: 'accept', with: 'answer', sdp: SDP, provisional: true });
  const { sessionContext } = await call.run({ command: 'accept', with: 'answer', sdp: SDP });
  expect(sessionContext).toMatch(/^[0-9a-f]{32}$/);
  expect(early.sessionContext).toBe(sessionContext);
  const query = { sessionContext, processedOfferId: OFFER };
  expect(call.posted).toEqual([
    { path: '/sendProvisionalAnswer', query, body: SDP },
    { path: '/acceptWithAnswer', query, body: SDP },
  ]);
  await call.stop();
});

test('the captured call is declined everywhere', async () => {
  const call = await ringCaptured();
  expect(await call.run({ command: 'decline', reason: 'Global' })).toMatchObject({ result: 'sent' });
  expect(call.posted).toEqual([{ path: '/decline', query: {}, body: '{"reason":"Global"}' }]);
  await call.stop();
});

test.each<[string, Command]>([
  ['by name', { command: 'accept', with: 'phoneAudio' }],
  ['as what goes without saying', { command: 'accept' }],
])('where the telephone is linked it takes the call: %s', async (_, command) => {
  const call = await ringCaptured(true);
  expect(await call.run(command)).toMatchObject({ result: 'sent' });
  expect(call.posted.map(({ path }) => path)).toEqual(['/acceptWithPhoneAudio']);
  await call.stop();
});

test('where no telephone is linked, accepting there is refused and nothing is posted', async () => {
  const call = await ringCaptured();
  await expect(call.run({ command: 'accept', with: 'phoneAudio' })).rejects.toMatchObject({
    code: 'actionNotAvailable',
  });
  expect(call.posted).toEqual([]);
  await call.stop();
});
