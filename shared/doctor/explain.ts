// Over 100 lines because it is one table: every failure and what to do about it, the special before the general.
import { RelayError } from '../errors/relayError';
import { HELD_MS } from '../ucwa/channel/readProgress';
import { formOf } from '../ucwa/format/representation';
import { certificateAdvice } from './certificateAdvice';
import { inSeconds } from './inSeconds';
import type { StepName } from './stepReport';
import { responseOf, type Trace } from './tracedHttp';

interface Failure {
  readonly step: StepName;
  readonly code: RelayError['code'];
  readonly message: string;
  readonly status: number | undefined;
  readonly networkCode: string | undefined;
  /** What the error itself says is to be done. */
  readonly whatToDo: string | undefined;
  /** The address that was refused is a plain http one. */
  readonly isWithoutTls: boolean;
  /** The last answer was a web page. */
  readonly isHtml: boolean;
  /** How long the last request had waited. */
  readonly waitedMs: number;
  /** Requests sent since the check began. */
  readonly requests: number;
}

interface Rule {
  readonly when: (failure: Failure) => boolean;
  readonly say: string | ((failure: Failure) => string);
}

/** As many requests as only a chain of redirects makes before there is an application. */
const LED_AROUND = 8;

const isAt =
  (...steps: StepName[]) =>
  ({ step }: Failure): boolean =>
    steps.includes(step);
const is =
  (...codes: RelayError['code'][]) =>
  ({ code }: Failure): boolean =>
    codes.includes(code);
const all =
  (...conditions: Rule['when'][]) =>
  (failure: Failure): boolean =>
    conditions.every((condition) => condition(failure));
const isCut = ({ code, networkCode }: Failure): boolean => code === 'upstreamFailed' && networkCode !== undefined;
const wasHeld = ({ waitedMs }: Failure): boolean => waitedMs >= HELD_MS;
const isGateway = ({ status, isHtml }: Failure): boolean => status === 504 || (status === 502 && isHtml);
const any =
  (...conditions: Rule['when'][]) =>
  (failure: Failure): boolean =>
    conditions.some((condition) => condition(failure));

const rules: readonly Rule[] = [
  {
    when: ({ whatToDo }) => whatToDo !== undefined,
    say: ({ whatToDo }) => whatToDo ?? '',
  },

  // The way to the server
  {
    when: ({ networkCode }) => networkCode === 'ENOTFOUND' || networkCode === 'EAI_AGAIN',
    say: 'Have the name resolved by the DNS server that this machine asks, or set UCWA_DISCOVERY_URL to a name that is.',
  },
  {
    when: ({ networkCode }) => networkCode === 'ECONNREFUSED',
    say: 'Open the way from here to that host and port in the firewall, and see that its web service runs.',
  },
  {
    when: ({ networkCode }) => certificateAdvice(networkCode) !== undefined,
    say: ({ networkCode }) => certificateAdvice(networkCode) ?? '',
  },
  {
    when: all(isAt('event channel', 'test ring'), is('upstreamTimeout')),
    say:
      'The server or a proxy holds the answer back beyond 200 s: let nothing on the way buffer responses, and ' +
      'set its time-outs above 200 s.',
  },
  {
    when: is('upstreamTimeout'),
    say:
      'The server accepts the request but does not finish answering in time: look at its load, and at any ' +
      'proxy between that inspects or throttles.',
  },
  {
    // A cut after which the pool responds is no failure, so here it did not.
    when: all(isAt('event channel', 'test ring'), any(isCut, isGateway), wasHeld),
    say:
      'Something between held the poll and then cut it, and the pool did not respond after that either: see ' +
      'that the pool’s front ends run and that the proxy or load balancer before them reaches them.',
  },
  {
    when: all(isAt('event channel', 'test ring'), isGateway),
    say: 'A proxy answered in the pool’s place: see that the pool’s front ends run and that the proxy reaches them.',
  },
  {
    when: all(isAt('event channel', 'test ring'), isCut),
    say:
      'The connection was cut while the event channel was being read: look in the logs of the load balancer ' +
      'or proxy between for why, then try again.',
  },
  {
    when: isCut,
    say: ({ step }) =>
      `The connection was cut during ${step}: see whether a firewall or a TLS-inspecting proxy stands between, ` +
      `and exempt this host from it.`,
  },

  // Discovery
  {
    when: all(is('hostNotAllowed'), ({ isWithoutTls }) => isWithoutTls),
    say:
      'Have the server name https addresses: check the external web services URL in the topology; the relay ' +
      'sends no password over plain http.',
  },
  {
    when: is('hostNotAllowed'),
    say:
      'Compare with the web services that your topology names (Get-CsService -WebServer): only a host from ' +
      'there may go into UCWA_ALLOWED_HOSTS. Else find out who leads the account away: DNS of lyncdiscover, a portal, a proxy.',
  },
  {
    when: all(
      isAt('discovery'),
      is('upstreamFailed'),
      ({ status, requests }) => status === undefined && requests >= LED_AROUND,
    ),
    say: 'The pools redirect in a circle: check where the user is homed (Get-CsUser) and the redirects of a hybrid or split domain.',
  },

  {
    when: all(isAt('discovery'), ({ isHtml, status }) => isHtml && status !== undefined && status < 500),
    say:
      'A web page came in place of discovery: see that no web site, portal or pre-authentication stands ' +
      'before the autodiscover service, and that UCWA_DISCOVERY_URL is its root.',
  },
  {
    when: is('accountMoved'),
    say: 'Remove the account from the relay, or move the user back to the server (Move-CsUser): UCWA is not offered in the cloud.',
  },

  // Sign-in
  {
    when: is('noUsableGrant'),
    say: 'Let the web ticket service take passwords (for example Set-CsAuthConfig -Scenario AllowAllExternallyAndInternally).',
  },
  {
    when: is('credentialsRejected'),
    say:
      'Correct username and password of the account (try the UPN, then DOMAIN\\user), and see that the ' +
      'account is not locked or expired, before the next try.',
  },
  {
    when: all(isAt('token'), ({ status }) => status !== undefined && status >= 500),
    say: 'The web ticket service failed: look at the IIS application pool of WebTicket and at the Lync Server event log of that front end.',
  },
  {
    when: is('ticketExpired'),
    say:
      'The server does not take the ticket that was just issued for it: compare the clocks and the ' +
      'certificates of the front ends, and see whether the load balancer spreads one client over several.',
  },

  // What is no answer of UCWA
  {
    when: all(isAt('event channel', 'test ring'), is('responseUnreadable'), ({ isHtml }) => isHtml),
    say: 'A web page came in place of events: a proxy or portal between answers for the pool; exempt the path /ucwa from it.',
  },
  {
    when: all(is('responseUnreadable'), ({ isHtml }) => isHtml),
    say:
      'A web page came in place of UCWA: see that no portal or pre-authentication stands before the web ' +
      'services, and that UCWA_DISCOVERY_URL is the discovery root.',
  },
  {
    when: is('responseUnreadable'),
    say: ({ step }) =>
      `The answer was damaged or cut during ${step}: look for a proxy between that rewrites or shortens bodies.`,
  },

  // The application
  {
    when: all(isAt('application'), ({ status }) => status === 403),
    say:
      'The user may not use UCWA here: enable mobility for it (Grant-CsMobilityPolicy, EnableMobility) and ' +
      'see on which pool it is homed.',
  },
  {
    when: all(is('poolMoved'), ({ status }) => status === 410),
    say:
      'The user’s pool is down and has no backup pool: bring its front ends up again (Get-CsPoolFabricState), ' +
      'and give the pool an associated backup pool in Topology Builder.',
  },
  {
    when: is('applicationGone'),
    say:
      'The pool dropped the application while it was polled: look for front ends that restart or do not share ' +
      'sessions, and make the load balancer keep a client on one of them.',
  },
  {
    when: is('pollReplaced'),
    say: 'Another poll took this endpoint’s channel: end any other doctor that runs for the account, then try again.',
  },
  {
    when: is('channelGone'),
    say: 'The pool answered that the address is gone for good: see whether the user is being moved to another pool, then try again.',
  },

  // The pool at large
  {
    when: ({ status }) => status === 429,
    say: ({ step }) =>
      `The pool throttles at ${step}: wait as long as its Retry-After says, and look for other clients that use the account.`,
  },
  {
    when: ({ status, isHtml }) => isHtml && status !== undefined && status >= 500,
    say: ({ step, status }) =>
      `Not UCWA but IIS or a proxy answered ${step} with a ${String(status)} page: see that the web services of the pool’s front ends run.`,
  },
  {
    when: ({ status }) => status === 502,
    say: ({ step }) =>
      `The pool could not be reached through its server at ${step}: it may have failed over; see which front ` +
      `ends are up (Get-CsPoolFabricState).`,
  },
  {
    when: ({ status }) => status !== undefined && status >= 500,
    say: ({ step, status }) =>
      `The pool failed at ${step} with ${String(status)}: see that its services run (Get-CsWindowsService) and ` +
      `look into the front end’s event log.`,
  },
  {
    when: all(isAt('discovery'), ({ status }) => status === 404),
    say: 'There is no discovery at that address: set UCWA_DISCOVERY_URL to the root of the autodiscover service.',
  },
  {
    when: all(isAt('discovery'), is('upstreamFailed')),
    say: 'Set UCWA_DISCOVERY_URL to a discovery root that can be reached from here.',
  },
];

/**
 * What failed and the sentence that says what to do. What servers said is taken from the error and, for web pages and
 * waits, from the trace.
 */
export function explain(
  step: StepName,
  error: RelayError,
  trace: Trace,
): { readonly fact: string; readonly whatToDo: string } {
  const failure = toFailure(step, error, trace);
  const rule = rules.find(({ when }) => when(failure));
  const whatToDo = typeof rule?.say === 'function' ? rule.say(failure) : rule?.say;
  return {
    fact: factOf(failure),
    whatToDo: whatToDo ?? `See what the pool’s event log says of ${step} at this time, and try again.`,
  };
}

function toFailure(step: StepName, error: RelayError, trace: Trace): Failure {
  // After a poll that was cut the pool is asked whether it is there: what the poll itself met is what counts.
  const last =
    (isPoll(step) ? trace.findLast(({ url }) => url.pathname.endsWith('/events')) : undefined) ?? trace.at(-1);
  const response = last === undefined ? undefined : responseOf(last);
  // Where every root has failed, discovery has one error for all of them: the last root's says more.
  const isOfAllRoots = 'tried' in error.extensions;
  const { code, extensions } = isOfAllRoots && last?.result instanceof RelayError ? last.result : error;
  const status = isOfAllRoots ? response?.status : extensions['status'];
  return {
    step,
    code,
    message: error.message,
    status: typeof status === 'number' ? status : undefined,
    networkCode: asText(extensions['networkCode']),
    whatToDo: asText(extensions['whatToDo']),
    isWithoutTls: extensions['scheme'] === 'http',
    isHtml: response !== undefined && formOf(response.contentType) === 'html',
    waitedMs: last === undefined ? 0 : last.endedAtMs - last.sentAtMs,
    requests: trace.length,
  };
}

function isPoll(step: StepName): boolean {
  return step === 'event channel' || step === 'test ring';
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function factOf({ step, code, message, whatToDo = '', waitedMs }: Failure): string {
  if (code === 'credentialsRejected')
    return 'The server rejected the user name or the password. One try was used; doctor makes no second one.';
  // A message that ends with its own advice: that is printed on a line of its own.
  const fact = message.endsWith(whatToDo) ? message.slice(0, message.length - whatToDo.length).trimEnd() : message;
  return isPoll(step) ? `${fact.replace(/\.$/, '')}, after the poll had waited ${inSeconds(waitedMs)}.` : fact;
}
