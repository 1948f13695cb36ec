// A little over 100 lines: the order of the steps, and what each needs of those before it, in one piece.
import type { Clock } from '../../../shared/clock';
import { RelayError, toRelayError } from '../../../shared/errors/relayError';
import { silentLog } from '../../../shared/telemetry/log';
import { openApplication, type Application } from '../../../shared/ucwa/application';
import { hostRule } from '../../../shared/ucwa/signIn/hosts';
import { createUcwaHttp } from '../../../shared/ucwa/http';
import { PasswordGuard } from '../../../shared/ucwa/signIn/passwordGuard';
import { Pool } from '../../../shared/ucwa/pool';
import { Report, type Finding } from './report';
import { doctorEndpointId } from './doctorEndpointId';
import { DoctorChannel } from './eventChannel';
import type { CheckedAccount } from './checkedAccount';
import type { StepReport } from './stepReport';
import { awaitCall } from './steps/awaitCall';
import { compareClocks } from './steps/compareClocks';
import { grantModalities } from './steps/grantModalities';
import { holdPoll } from './steps/holdPoll';
import { inspectCertificates } from './steps/inspectCertificates';
import { listLinks } from './steps/listLinks';
import { resolveNames, type Resolve } from './steps/resolveNames';
import { readChallenge, readDiscovery, readToken, signInTimes } from './steps/signIn';
import { signOut, type OwnApplication } from './steps/signOut';
import { traceHttp, type Trace, type TracedExchange } from './tracedHttp';

export interface ExaminationPorts {
  readonly clock: Clock;
  readonly resolve: Resolve;
  /** Told of each step as it ends. */
  readonly onStep: (report: StepReport) => void;
  /** A sentence about what is being waited for. */
  readonly onProgress: (text: string) => void;
  /** When the operator said that they were calling now. */
  readonly dialledAtMs: () => number | undefined;
}

export interface Examination {
  /** How long a test ring is waited for; undefined: none is. */
  readonly awaitCallSeconds?: number | undefined;
}

/**
 * Signs in as the relay would, with the relay's own code, tries each thing that it needs, and signs out again, also
 * when a step fails or `signal` aborts. It has an endpoint of its own: the relay's application is not touched. The
 * password is sent once, and never again once it was rejected. Never rejects; `hurry` cuts even the sign-out short.
 */
export async function checkAccount(
  checkedAccount: CheckedAccount,
  ports: ExaminationPorts,
  { awaitCallSeconds }: Examination,
  signal: AbortSignal,
  hurry = new AbortController().signal,
): Promise<readonly StepReport[]> {
  const { clock, resolve, onStep, onProgress, dialledAtMs } = ports;
  const { account, allowedHosts, caCertificate } = checkedAccount;
  const { http, trace } = traceHttp(createUcwaHttp({ caCertificate, clock }), clock);
  const report = new Report({ clock, trace, onStep }, signal);
  const hosts = hostRule(account.sipUri, account.discoveryUrl, allowedHosts);
  const passwordGuard = new PasswordGuard({
    account,
    clock,
    rejectedCredentials: noRecord,
    signingKey: 'nothing is recorded',
  });
  const pool = new Pool({ account, hosts, http, clock, random: Math.random, log: silentLog, passwordGuard });
  let own: OwnApplication;

  const examineSignIn = async (roots: readonly URL[]): Promise<void> => {
    const arrival = await pool.applicationsUrl(signal).catch(toRelayError);
    const signInTrace = [...trace];
    await report.step('clock', () => compareClocks(signInTrace), { isEssential: false });
    const times = signInTimes(signInTrace);
    await report.step('discovery', () => readDiscovery(signInTrace, arrival), { tookMs: times.discovery });
    await report.step('challenge', () => readChallenge(signInTrace, arrival), { tookMs: times.challenge });
    await report.step('token', () => readToken(signInTrace, arrival, pool.tokenExpiresAtMs), {
      tookMs: times.token,
      isEssential: arrival instanceof RelayError,
    });
    const isElsewhere =
      arrival instanceof URL && arrival.protocol === 'https:' && roots.every(({ host }) => host !== arrival.host);
    if (isElsewhere)
      await report.step('pool certificate', () => inspectCertificates([arrival], caCertificate, clock, signal));
  };

  const openOwnApplication = async (): Promise<Finding<Application>> => {
    const endpointId = doctorEndpointId(account.sipUri);
    own = { endpointId, path: undefined };
    const before = trace.length;
    try {
      const opened = await openApplication(pool, endpointId, () => clock.now(), signal);
      own = { endpointId, path: opened.application.path };
      return describeApplication(opened, trace.slice(before));
    } catch (error) {
      if (!trace.slice(before).some(mayHaveMadeOne)) own = undefined; // it was refused, or never asked for: there is none
      throw error;
    }
  };

  const examineApplication = async (application: Application): Promise<void> => {
    const isAvailable = await report.step(
      'modalities',
      () => grantModalities(checkedAccount, pool, application, clock, signal),
      { isEssential: false },
    );
    await report.step(
      'links',
      () => listLinks(pool, application.path, account.reportActivity && isAvailable === true, signal),
      { isEssential: false },
    );
    const channel = new DoctorChannel(pool, clock, trace, application);
    if (awaitCallSeconds !== undefined)
      await report.step(
        'test ring',
        () => awaitCall(awaitCallSeconds, { channel, pool, clock, onProgress, dialledAtMs }, signal),
        { isEssential: false },
      );
    await report.step('event channel', () => holdPoll(channel, clock, onProgress, signal), { isEssential: false });
  };

  try {
    const roots = await report.step('DNS names', () => resolveNames(checkedAccount, hosts, resolve));
    await report.step('certificate', () => inspectCertificates(roots ?? [], caCertificate, clock, signal));
    if (report.isOpen) await examineSignIn(roots ?? []);
    else report.skip('clock', 'discovery', 'challenge', 'token');
    const application = await report.step('application', openOwnApplication);
    if (application !== undefined) await examineApplication(application);
    else
      report.skip(
        'modalities',
        'links',
        ...(awaitCallSeconds === undefined ? [] : (['test ring'] as const)),
        'event channel',
      );
  } finally {
    await report.step('sign-out', () => signOut(pool, own, clock, hurry), { always: true });
    http.close();
  }
  return report.steps;
}

/** POST applications that was carried out, or may have been. */
function mayHaveMadeOne({ method, url, result }: TracedExchange): boolean {
  if (method !== 'POST' || !url.pathname.endsWith('/applications')) return false;
  return result instanceof RelayError || result.status < 300 || result.status >= 500;
}

function describeApplication(
  { application, created }: { readonly application: Application; readonly created: boolean },
  since: Trace,
): Finding<Application> {
  const made = created
    ? `${application.id} was made (201)`
    : `${application.id} was there already (200), left by an earlier run`;
  const ticket = since.some(({ isTokenRequest }) => isTokenRequest)
    ? '; its host takes only tickets of its own, so the relay signs in there again'
    : '';
  return { fact: `${made}, on an endpoint of the doctor’s own${ticket}`, value: application };
}

/** The doctor's memory is one run: it keeps no rejection, and within the run the guard itself does. */
const noRecord = {
  claim: () => Promise.resolve(undefined),
  replace: () => Promise.resolve(true),
  record: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};
