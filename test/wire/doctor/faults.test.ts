import type { FaultKind, FaultRequest } from '../../../infra/local/ucwa/faults/faultTable';
import type { StepName } from '../../../shared/doctor/stepReport';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import { failedOf, startDoctor, stepOf } from './testDoctor';

interface DoctorCase {
  readonly fault: FaultRequest;
  /** Armed beside it. */
  readonly and?: FaultRequest;
  /** The step that tells of it. */
  readonly step: StepName;
  /** What that step says: the fact where it passes, and what to do where it fails. */
  readonly says: RegExp;
  /** Only where it fails. */
  readonly whatToDo?: RegExp;
  /** Armed when a poll waits, this long after it was sent. Default: before the doctor begins. */
  readonly whilePollingAfterMs?: number;
  /** The clock must go on while the doctor signs in. */
  readonly takesTime?: true;
  /** A call rings as the fault is armed: what strikes a response needs one. */
  readonly rings?: boolean;
  readonly awaitCallSeconds?: number;
}

const polling = { whilePollingAfterMs: 60_000 } as const;
const ringing = { ...polling, rings: true } as const;

/** Every fault of the simulator; the compiler keeps it complete. */
const cases: { readonly [Kind in FaultKind]: readonly DoctorCase[] } = {
  discoveryRedirect: [
    { fault: { kind: 'discoveryRedirect' }, step: 'discovery', says: /; 1 redirect; applications at/ },
    {
      fault: { kind: 'discoveryRedirect', times: 20 },
      step: 'discovery',
      says: /led on more than 8 times/,
      whatToDo: /redirect in a circle/,
    },
    {
      fault: { kind: 'discoveryRedirect', to: 'https://lyncdiscover.elsewhere.example/' },
      step: 'discovery',
      says: /lyncdiscover\.elsewhere\.example, which is neither in contoso\.com/,
      whatToDo: /only a host from there may go into UCWA_ALLOWED_HOSTS/,
    },
    {
      fault: { kind: 'discoveryRedirect', to: 'http://pool.contoso.com/' },
      step: 'discovery',
      says: /without TLS/,
      whatToDo: /name https addresses/,
    },
  ],
  userRedirect: [
    { fault: { kind: 'userRedirect' }, step: 'discovery', says: /; 1 redirect; applications at/ },
    ...(['discoveryRedirect', 'userRedirect'] as const).map((kind): DoctorCase => ({
      fault: { kind, to: 'https://webdir0e.online.lync.com/' },
      step: 'discovery',
      says: /leads to webdir0e\.online\.lync\.com: this user has been moved to the cloud/,
      whatToDo: /^Remove the account from the relay, or move the user back to the server \(Move-CsUser\)/,
    })),
    {
      fault: { kind: 'userRedirect', to: 'https://teams.microsoft.com/ucwa' },
      step: 'discovery',
      says: /leads to teams\.microsoft\.com: this user has been moved to the cloud/,
      whatToDo: /^Remove the account from the relay/,
    },
  ],
  challengeVariant: [
    ...(
      ['usual', 'joined', 'reversed', 'noBearer', 'emptyIssuers', 'unquotedHref', 'repeatedGrants', 'on403'] as const
    ).map((variant): DoctorCase => ({
      fault: { kind: 'challengeVariant', variant },
      step: 'challenge',
      says: /^offers urn:microsoft\.rtc:windows, urn:microsoft\.rtc:anonmeeting, password; no modern authentication$/,
    })),
    {
      fault: { kind: 'challengeVariant', variant: 'passive' },
      step: 'challenge',
      says: /^offers urn:microsoft\.rtc:passive, .*password;/,
    },
    {
      fault: { kind: 'challengeVariant', variant: 'hrefMissing' },
      step: 'challenge',
      says: /names no token service: the well-known path is used$/,
    },
    {
      fault: { kind: 'challengeVariant', variant: 'foreignHost' },
      step: 'challenge',
      says: /^Sign-in leads to sso\.elsewhere\.example, which is neither in contoso\.com/,
      whatToDo: /only a host from there may go into UCWA_ALLOWED_HOSTS/,
    },
  ],
  grantsNotOffered: [
    {
      fault: { kind: 'grantsNotOffered', grants: ['urn:microsoft.rtc:windows'] },
      step: 'challenge',
      says: /it offers urn:microsoft\.rtc:windows\.$/,
      whatToDo: /^Integrated Windows sign-in is not supported: let/,
    },
    {
      fault: { kind: 'grantsNotOffered', grants: ['urn:microsoft.rtc:passive'] },
      step: 'challenge',
      says: /it offers urn:microsoft\.rtc:passive\.$/,
      whatToDo: /^Passive sign-in \(AD FS\)/,
    },
    {
      fault: { kind: 'grantsNotOffered' },
      step: 'challenge',
      says: /it offers Bearer\.$/,
      whatToDo: /^Modern authentication is offered/,
    },
    {
      fault: { kind: 'grantsNotOffered', grants: ['urn:microsoft.rtc:anonmeeting'] },
      step: 'challenge',
      says: /it offers urn:microsoft\.rtc:anonmeeting\.$/,
      whatToDo: /^Let the web ticket service take passwords/,
    },
  ],
  credentialsRejected: [
    {
      fault: { kind: 'credentialsRejected', times: 5 },
      step: 'token',
      says: /One try was used; doctor makes no second one/,
      whatToDo: /Correct username and password/,
    },
  ],
  shortTicket: [
    {
      fault: { kind: 'shortTicket', seconds: 60 },
      step: 'token',
      says: /lives for 60 s only, shorter than a poll/,
      whatToDo: /live for hours/,
    },
  ],
  tokenExpired: [
    {
      fault: { kind: 'tokenExpired' },
      step: 'event channel',
      says: /the ticket ended before its time and was renewed/,
      ...polling,
    },
  ],
  wrongTicketHost: [
    ...([401, 403, 500] as const).flatMap((status) =>
      (['withChallenge', 'silently'] as const).map((refuses): DoctorCase => ({
        fault: { kind: 'wrongTicketHost', status, refuses },
        step: 'application',
        says: /its host takes only tickets of its own/,
      })),
    ),
    {
      fault: { kind: 'wrongTicketHost', refuses: 'withoutTokenService' },
      step: 'application',
      says: /at localhost:\d+ refuses the ticket without saying where to get another, and there is no token service at/,
      whatToDo: /^See that the web services of localhost:\d+ run .*no proxy removes its WWW-Authenticate\.$/,
    },
  ],

  applicationDropped: [
    {
      fault: { kind: 'applicationDropped' },
      step: 'event channel',
      says: /no longer exists \(404 .*ApplicationNotFound\), after the poll had waited 6\d s/,
      whatToDo: /keep a client on one of them/,
      ...polling,
    },
  ],
  selfLinkQuery: [{ fault: { kind: 'selfLinkQuery', times: 20 }, step: 'links', says: /^links reportMyActivity/ }],
  notToBeMadeAvailable: [
    {
      fault: { kind: 'notToBeMadeAvailable', times: 100 },
      step: 'modalities',
      says: /granted none.*links no makeMeAvailable/,
      whatToDo: /No call will come: policy does not let this user be made available/,
    },
  ],
  modalitiesForbidden: [
    {
      fault: { kind: 'modalitiesForbidden' },
      step: 'modalities',
      says: /^granted PhoneAudio; not Audio, Video; invitations that can come: phoneAudio$/,
      whatToDo: /The server forbids Audio and Video: .*RELAY_KINDS to what can come \(phoneAudio\)/,
    },
  ],

  resync: [
    { fault: { kind: 'resync' }, step: 'event channel', says: /held for 18\d s .*asked for a resync once/, ...polling },
  ],
  resume: [{ fault: { kind: 'resume', atOnce: true }, step: 'event channel', says: /answered resume/, ...polling }],
  replacedPoll: [
    {
      fault: { kind: 'replacedPoll' },
      step: 'event channel',
      says: /Another poll has taken over/,
      whatToDo: /end any other doctor/,
      ...polling,
    },
  ],
  emptyWithoutNext: [
    { fault: { kind: 'emptyWithoutNext' }, step: 'event channel', says: /named no next address/, ...polling },
  ],
  linkOnly: [
    {
      fault: { kind: 'linkOnly' },
      step: 'test ring',
      says: /can be answered by acceptWithAnswer/,
      awaitCallSeconds: 120,
      ...ringing,
    },
  ],
  manyEvents: [
    {
      fault: { kind: 'manyEvents', count: 100 },
      step: 'test ring',
      says: /can be answered by acceptWithAnswer/,
      awaitCallSeconds: 120,
      ...ringing,
    },
  ],
  onlyCompleted: [
    {
      fault: { kind: 'onlyCompleted' },
      step: 'test ring',
      says: /can be answered by nothing any more|over before/,
      awaitCallSeconds: 120,
      ...ringing,
    },
  ],

  status: [
    ...(['discovery', 'user', 'token', 'application', 'modalities'] as const).map((step): DoctorCase => ({
      fault: {
        kind: 'status',
        status: 503,
        on: (
          {
            discovery: 'discovery',
            user: 'user',
            token: 'token',
            application: 'applications',
            modalities: 'makeMeAvailable',
          } as const
        )[step],
      },
      step: step === 'user' ? 'discovery' : step,
      says: /503/,
      whatToDo:
        step === 'token'
          ? /^The web ticket service failed/
          : new RegExp(`^The pool failed at ${step === 'user' ? 'discovery' : step} with 503`),
    })),
    {
      fault: { kind: 'status', status: 404, on: 'discovery' },
      step: 'discovery',
      says: /There is no discovery at .* \(404\)/,
      whatToDo: /UCWA_DISCOVERY_URL/,
    },
    {
      fault: { kind: 'status', status: 403, body: 'html', on: 'discovery' },
      step: 'discovery',
      says: /responds with a web page \(403\), not with discovery/,
      whatToDo: /^A web page came in place of discovery: see that no web site, portal/,
    },
    {
      fault: { kind: 'status', status: 403, subcode: 'MobileApplicationNoLongerAllowed', on: 'applications' },
      step: 'application',
      says: /may not use mobile applications.*\(403 Forbidden MobileApplicationNoLongerAllowed\)/,
      whatToDo: /^Give the user a mobility policy with EnableMobility \(Grant-CsMobilityPolicy\)\.$/,
    },
    {
      fault: { kind: 'status', status: 403, subcode: 'UserAgentNotAllowed', on: 'applications' },
      step: 'application',
      says: /does not admit the client “ucwa-relay” \(403/,
      whatToDo: /^Allow the user agent ucwa-relay in the client version policy/,
    },
    {
      fault: { kind: 'status', status: 409, subcode: 'TooManyApplications', on: 'applications' },
      step: 'application',
      says: /too many UCWA applications open \(409/,
      whatToDo: /^End other UCWA clients of this account/,
    },
    {
      fault: { kind: 'status', status: 400, subcode: 'ParameterValidationFailure', on: 'makeMeAvailable' },
      step: 'modalities',
      says: /does not take what the account’s settings make of makeMeAvailable \(400/,
      whatToDo: /^Correct modalities, signInAs, phoneNumber and audioPreference/,
    },
    {
      fault: { kind: 'status', status: 410, subcode: 'CannotRedirect', on: 'applications' },
      step: 'application',
      says: /no backup pool is configured \(410/,
      whatToDo: /^The user’s pool is down and has no backup pool: .*Topology Builder\.$/,
    },
    {
      fault: { kind: 'status', status: 403, on: 'applications' },
      step: 'application',
      says: /refused the request \(403/,
      whatToDo: /Grant-CsMobilityPolicy/,
    },
    {
      fault: { kind: 'status', status: 403, on: 'makeMeAvailable', times: 2 },
      step: 'modalities',
      says: /^granted none; not Audio, Video, PhoneAudio; invitations that can come: none$/,
      whatToDo: /forbids Audio and Video and PhoneAudio: .*no call is seen/,
    },
    {
      fault: { kind: 'status', status: 429, on: 'applications', retryAfterSeconds: 30 },
      step: 'application',
      says: /\(429/,
      whatToDo: /throttles at application/,
    },
    {
      fault: { kind: 'status', status: 503 },
      step: 'event channel',
      says: /\(503.* waited 6\d s/,
      whatToDo: /^The pool failed at event channel with 503/,
      ...polling,
    },
    {
      fault: { kind: 'status', status: 504, body: 'html' },
      step: 'event channel',
      says: /\(504\), after the poll had waited 0\.\d s/,
      whatToDo: /^A proxy answered in the pool’s place/,
    },
    {
      fault: { kind: 'status', status: 502 },
      step: 'event channel',
      says: /\(502/,
      whatToDo: /may have failed over/,
    },
    ...([408, 502, 504] as const).map((status): DoctorCase => ({
      fault: { kind: 'status', status },
      step: 'event channel',
      says: /^polls are cut after 6\d s by something between; the pool responds, so the relay polls again at once/,
      ...polling,
    })),
    {
      fault: { kind: 'status', status: 410, subcode: 'CannotRedirect' },
      step: 'event channel',
      says: /no backup pool is configured/,
      whatToDo: /^The user’s pool is down and has no backup pool/,
      ...polling,
    },
    {
      fault: { kind: 'status', status: 410 },
      step: 'event channel',
      says: /gone for good/,
      whatToDo: /moved to another pool/,
      ...polling,
    },
    {
      fault: { kind: 'status', status: 401, times: 4 },
      step: 'event channel',
      says: /does not take the web ticket/,
      whatToDo: /compare the clocks/,
      ...polling,
    },
  ],
  htmlBody: [
    {
      fault: { kind: 'htmlBody' },
      step: 'event channel',
      says: /\(502\)/,
      whatToDo: /^A proxy answered in the pool’s place/,
    },
    {
      fault: { kind: 'htmlBody', status: 200 },
      step: 'event channel',
      says: /HTML page/,
      whatToDo: /exempt the path \/ucwa/,
    },
    ...([200, 502] as const).map((status): DoctorCase => ({
      fault: { kind: 'htmlBody', status },
      step: 'event channel',
      says: /^polls are cut after 6\d s by something between/,
      ...polling,
    })),
    {
      fault: { kind: 'htmlBody', status: 200, on: 'discovery' },
      step: 'discovery',
      says: /responds with a web page \(200\)/,
      whatToDo: /^A web page came in place of discovery: .* UCWA_DISCOVERY_URL is its root\.$/,
    },
    {
      fault: { kind: 'htmlBody', status: 503, on: 'applications' },
      step: 'application',
      says: /\(503\)/,
      whatToDo: /^Not UCWA but IIS or a proxy answered application with a 503 page/,
    },
  ],
  poolUnreachable: [
    {
      fault: { kind: 'poolUnreachable', on: 'events', seconds: 60 },
      step: 'event channel',
      says: /^polls are cut after 60 s by something between/,
      takesTime: true,
    },
    {
      fault: { kind: 'poolUnreachable', on: 'events', seconds: 60 },
      and: { kind: 'poolUnreachable', on: 'application', seconds: 60 },
      step: 'event channel',
      says: /\(504\), after the poll had waited 1[12]\d s/,
      whatToDo: /^Something between held the poll and then cut it, and the pool did not respond after that either/,
      ...polling,
    },
  ],
  resetBeforeBody: [
    {
      fault: { kind: 'resetBeforeBody' },
      step: 'event channel',
      says: /^polls are cut after 6\d s by something between/,
      ...ringing,
    },
    {
      fault: { kind: 'resetBeforeBody' },
      and: { kind: 'resetBeforeBody', on: 'application' },
      step: 'event channel',
      says: /connection was cut.* waited 6\d s/,
      whatToDo: /^Something between held the poll and then cut it/,
      ...ringing,
    },
    {
      fault: { kind: 'resetBeforeBody' },
      step: 'test ring',
      says: /can be answered by acceptWithAnswer/,
      awaitCallSeconds: 120,
      ...ringing,
    },
    {
      fault: { kind: 'resetBeforeBody', on: 'token' },
      step: 'token',
      says: /connection was cut/,
      whatToDo: /cut during token/,
    },
    {
      fault: { kind: 'resetBeforeBody', on: 'makeMeAvailable' },
      step: 'modalities',
      says: /connection was cut/,
      whatToDo: /cut during modalities/,
    },
  ],
  resetWithinBody: [
    {
      fault: { kind: 'resetWithinBody' },
      step: 'event channel',
      says: /^polls are cut after 6\d s by something between/,
      ...ringing,
    },
    {
      fault: { kind: 'resetWithinBody', times: 2 },
      step: 'event channel',
      says: /waited 0\.\d s/,
      whatToDo: /cut while the event channel was being read/,
    },
  ],
  resetAfterBody: [{ fault: { kind: 'resetAfterBody' }, step: 'event channel', says: /held for 18\d s/, ...ringing }],
  slowAnswer: [
    {
      fault: { kind: 'slowAnswer', delayMs: 60_000, on: 'discovery' },
      step: 'discovery',
      says: /did not answer within 15 seconds/,
      whatToDo: /inspects or throttles/,
      takesTime: true,
    },
  ],
  slowBytes: [
    {
      fault: { kind: 'slowBytes', delayMs: 5_000, chunkBytes: 8, on: 'discovery' },
      step: 'discovery',
      says: /did not answer within 15 seconds/,
      whatToDo: /inspects or throttles/,
      takesTime: true,
    },
    {
      fault: { kind: 'slowBytes', delayMs: 30_000, chunkBytes: 8 },
      step: 'event channel',
      says: /did not answer within 200 seconds/,
      whatToDo: /nothing on the way buffer responses/,
      ...ringing,
    },
  ],
  truncatedJson: [
    {
      fault: { kind: 'truncatedJson' },
      step: 'event channel',
      says: /malformed or cut off/,
      whatToDo: /damaged or cut during event channel/,
      ...ringing,
    },
    {
      fault: { kind: 'truncatedJson', on: 'applications' },
      step: 'application',
      says: /malformed or cut off/,
      whatToDo: /damaged or cut during application/,
    },
  ],
  byteOrderMark: [
    { fault: { kind: 'byteOrderMark', on: 'any', times: 20 }, step: 'event channel', says: /held for 18\d s/ },
  ],
  junkBeforeBody: [{ fault: { kind: 'junkBeforeBody', on: 'events' }, step: 'event channel', says: /held for 18\d s/ }],
  doubledSlashes: [
    { fault: { kind: 'doubledSlashes', on: 'any', times: 20 }, step: 'event channel', says: /held for 18\d s/ },
  ],
  absoluteHrefs: [
    { fault: { kind: 'absoluteHrefs', on: 'any', times: 20 }, step: 'event channel', says: /held for 18\d s/ },
  ],
  prefixedRels: [
    {
      fault: { kind: 'prefixedRels', on: 'any', times: 20 },
      step: 'links',
      says: /^links reportMyActivity, .*startAudioVideo, startPhoneAudio/,
    },
  ],
  xml: [{ fault: { kind: 'xml', on: 'any', times: 20 }, step: 'event channel', says: /held for 18\d s/ }],
};

let clock: FakeClock;
let ucwa: TestUcwa;
beforeEach(async () => {
  clock = createFakeClock(Date.now()); // the stand-in's Date header is the machine's own
  ucwa = await startTestUcwa({ clock });
});
afterEach(() => ucwa.close());

const rows = Object.values(cases)
  .flat()
  .map((each) => [`${JSON.stringify(each.fault)} at ${each.step}`, each] as const);

test.each(rows)(
  '%s',
  async (_, { fault, and, step, says, whatToDo, whilePollingAfterMs, rings = false, takesTime, awaitCallSeconds }) => {
    const arm = (): void => [fault, ...(and === undefined ? [] : [and])].forEach((one) => ucwa.fault(one));
    if (whilePollingAfterMs === undefined) arm();
    const doctor = startDoctor(ucwa.url, {
      clock,
      ...(awaitCallSeconds !== undefined && { awaitCallSeconds }),
    });
    if (takesTime === undefined) await Promise.race([ucwa.simulator.whenPolling(), doctor.steps]);
    if (whilePollingAfterMs !== undefined) {
      await clock.advance(whilePollingAfterMs);
      arm();
      if (rings) ucwa.ring();
    }
    const steps = await clock.advanceUntil(doctor.steps);

    const reported = stepOf(steps, step);
    expect({ ...reported, failed: failedOf(steps) }).toMatchObject({
      fact: expect.stringMatching(says),
      failed: whatToDo === undefined ? [] : [step],
    });
    if (whatToDo !== undefined) expect(reported.whatToDo).toMatch(whatToDo);
    expect(reported.whatToDo ?? 'One sentence.').toMatch(/^[^\n]+\.$/);
    expect(ucwa.simulator.applications.all()).toEqual([]);
    if (fault.kind === 'credentialsRejected') expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(1);
  },
);
