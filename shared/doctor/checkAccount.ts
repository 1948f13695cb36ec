import type { Clock } from '../clock';
import { RelayError, toRelayError } from '../errors/relayError';
import { silentLog } from '../telemetry/log';
import { openApplication, type Application } from '../ucwa/application';
import { hostRule, type HostRule } from '../ucwa/signIn/hosts';
import { createUcwaHttp, type UcwaHttp } from '../ucwa/http';
import { PasswordGuard } from '../ucwa/signIn/passwordGuard';
import { Pool } from '../ucwa/pool';
import type { RejectedCredentials } from '../ucwa/signIn/rejectedCredentials';
import type { BearerToken } from '../ucwa/signIn/ticket';
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

export interface AccountCheckPorts {
  readonly clock: Clock;
  readonly resolve: Resolve;
  /** Called with each step as it ends. */
  readonly onStep: (report: StepReport) => void;
  /** A sentence about what is being waited for. */
  readonly onProgress: (text: string) => void;
  /** When the operator said that they were calling now. */
  readonly dialledAtMs: () => number | undefined;
  /** The relay's identity for pools that offer modern authentication alone, where it has one. */
  readonly bearerToken: BearerToken | undefined;
  /** Where all processes remember a rejected password; default: nothing is remembered beyond this check. */
  readonly rejectedCredentials?: RejectedCredentials;
  /** The relay's key, with `rejectedCredentials`. */
  readonly signingKey?: string;
}

export interface AccountCheckOptions {
  /** How long a test ring is waited for; undefined: none is. */
  readonly awaitCallSeconds?: number | undefined;
  /** For how long a poll is held, where there is no time for a whole one. */
  readonly holdPollSeconds?: number | undefined;
}

/**
 * Signs in as the relay would, with the relay's own code, tries each thing that it needs, and signs out again, also
 * when a step fails or `signal` aborts. It has an endpoint of its own: the relay's application is not touched. The
 * password is sent once, and never again once it was rejected. Never rejects; `hurry` cuts even the sign-out short.
 */
export async function checkAccount(
  checkedAccount: CheckedAccount,
  ports: AccountCheckPorts,
  options: AccountCheckOptions,
  signal: AbortSignal,
  hurry = new AbortController().signal,
): Promise<readonly StepReport[]> {
  const { clock } = ports;
  const http = createUcwaHttp({ caCertificate: checkedAccount.caCertificate, clock });
  const check = prepare(checkedAccount, ports, http, signal);
  const { report, hosts } = check;
  try {
    const roots = (await report.step('DNS names', () => resolveNames(checkedAccount, hosts, ports.resolve))) ?? [];
    await report.step('certificate', () => inspectCertificates(roots, checkedAccount.caCertificate, clock, signal));
    if (report.isOpen) await checkSignIn(check, roots);
    else report.skip('clock', 'discovery', 'challenge', 'token');
    const application = await report.step('application', () => openOwnApplication(check));
    if (application !== undefined) await checkApplication(check, application, options);
    else
      report.skip(
        'modalities',
        'links',
        ...(options.awaitCallSeconds === undefined ? [] : (['test ring'] as const)),
        'event channel',
      );
  } finally {
    await report.step('sign-out', () => signOut(check.pool, check.own, clock, hurry), { always: true });
    http.close();
  }
  return report.steps;
}

/** One check of an account, while it runs. */
interface AccountCheck {
  readonly checkedAccount: CheckedAccount;
  readonly ports: AccountCheckPorts;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly trace: Trace;
  readonly hosts: HostRule;
  readonly pool: Pool;
  /** What is to be signed out of, if anything. */
  own: OwnApplication;
}

function prepare(
  checkedAccount: CheckedAccount,
  ports: AccountCheckPorts,
  plainHttp: UcwaHttp,
  signal: AbortSignal,
): AccountCheck {
  const { clock, onStep, bearerToken, rejectedCredentials = noRecord, signingKey = 'nothing is recorded' } = ports;
  const { account, allowedHosts } = checkedAccount;
  const { http, trace } = traceHttp(plainHttp, clock);
  const hosts = hostRule(account.sipUri, account.discoveryUrl, allowedHosts);
  const passwordGuard = new PasswordGuard({
    account,
    clock,
    rejectedCredentials,
    signingKey,
  });
  const pool = new Pool({
    account,
    hosts,
    http,
    clock,
    random: Math.random,
    log: silentLog,
    passwordGuard,
    bearerToken,
  });
  const report = new Report({ clock, trace, onStep }, signal);
  return { checkedAccount, ports, signal, report, trace, hosts, pool, own: undefined };
}

/** One sign-in, from the discovery to the ticket, and what can be read from its requests step by step. */
async function checkSignIn(check: AccountCheck, roots: readonly URL[]): Promise<void> {
  const { checkedAccount, ports, signal, report, pool } = check;
  const arrival = await pool.applicationsUrl(signal).catch(toRelayError);
  const trace = [...check.trace];
  await report.step('clock', () => compareClocks(trace), { isEssential: false });
  const times = signInTimes(trace);
  await report.step('discovery', () => readDiscovery(trace, arrival), { tookMs: times.discovery });
  await report.step('challenge', () => readChallenge(trace, arrival), { tookMs: times.challenge });
  await report.step('token', () => readToken(trace, arrival, pool.tokenExpiresAtMs), {
    tookMs: times.token,
    isEssential: arrival instanceof RelayError,
  });
  const isElsewhere =
    arrival instanceof URL && arrival.protocol === 'https:' && roots.every(({ host }) => host !== arrival.host);
  if (isElsewhere)
    await report.step('pool certificate', () =>
      inspectCertificates([arrival], checkedAccount.caCertificate, ports.clock, signal),
    );
}

async function openOwnApplication(check: AccountCheck): Promise<Finding<Application>> {
  const { checkedAccount, ports, signal, trace, pool } = check;
  const endpointId = doctorEndpointId(checkedAccount.account.sipUri);
  check.own = { endpointId, path: undefined };
  const before = trace.length;
  try {
    const opened = await openApplication(pool, endpointId, () => ports.clock.now(), signal);
    check.own = { endpointId, path: opened.application.path };
    return describeApplication(opened, trace.slice(before));
  } catch (error) {
    if (!trace.slice(before).some(mayHaveMadeOne)) check.own = undefined; // it was refused, or never asked for: there is none
    throw error;
  }
}

/** What the relay needs of an application that is open. */
async function checkApplication(
  check: AccountCheck,
  application: Application,
  { awaitCallSeconds, holdPollSeconds }: AccountCheckOptions,
): Promise<void> {
  const { checkedAccount, ports, signal, report, trace, pool } = check;
  const { clock, onProgress, dialledAtMs } = ports;
  const isAvailable = await report.step(
    'modalities',
    () => grantModalities(checkedAccount, pool, application, clock, signal),
    { isEssential: false },
  );
  const isActive = checkedAccount.account.reportActivity && isAvailable === true;
  await report.step('links', () => listLinks(pool, application.path, isActive, signal), { isEssential: false });
  const channel = new DoctorChannel(pool, clock, trace, application);
  if (awaitCallSeconds !== undefined)
    await report.step(
      'test ring',
      () => awaitCall(awaitCallSeconds, { channel, pool, clock, onProgress, dialledAtMs }, signal),
      { isEssential: false },
    );
  await report.step('event channel', () => holdPoll(channel, { clock, onProgress, seconds: holdPollSeconds }, signal), {
    isEssential: false,
  });
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
