import { RelayError } from '../../errors/relayError';
import { parseChallenge } from '../../ucwa/signIn/challenge';
import { parseResource } from '../../ucwa/format/parseResource';
import { linkOf } from '../../invitations/resource';
import type { Finding } from '../report';
import { responseOf, type Trace, type TracedExchange } from '../tracedHttp';
import { DiagnosticError } from '../diagnosticError';

/** Where the relay's own discovery and sign-in has led, or why it has not. */
export type Arrival = URL | RelayError;

type Stage = 'discovery' | 'challenge' | 'token';

/** A ticket that lives shorter than a poll is renewed at every poll. */
const SHORT_TICKET_MS = 200_000;

/** How the walk went from the root to `user`, or on to the applications. */
export function readDiscovery(trace: Trace, arrival: Arrival): Finding {
  rethrowAt('discovery', trace, arrival);
  const walk = trace.filter(({ isTokenRequest }) => !isTokenRequest);
  const hosts = walk.map(({ url }) => url.host).filter((host, index, before) => host !== before[index - 1]);
  const unanswered = walk
    .filter((exchange) => responseOf(exchange) === undefined)
    .map(({ url }) => `${url.host} did not answer`);
  const redirects = walk.filter(isRedirect).length;
  const applications = arrival instanceof RelayError ? [] : [`applications at ${arrival.host}`];
  const fact = [
    ...unanswered,
    hosts.join(' → '),
    redirects === 0 ? 'no redirect' : `${redirects} redirect${redirects === 1 ? '' : 's'}`,
    ...applications,
  ].join('; ');
  return { fact, value: undefined };
}

/** What `user` offers for signing in. */
export function readChallenge(trace: Trace, arrival: Arrival): Finding {
  rethrowAt('challenge', trace, arrival);
  const challenged = trace.filter(isChallenge);
  const last = challenged.at(-1);
  if (last === undefined) return { fact: 'no sign-in was asked for', value: undefined, skipped: true };
  const { grants, authorizationUri, tokenHref } = parseChallenge(responseOf(last)?.headers['www-authenticate']);
  const parts = [
    `offers ${grants.join(', ') || 'no grant'}`,
    authorizationUri === undefined ? 'no modern authentication' : `modern authentication at ${authorizationUri}`,
    ...(tokenHref === undefined ? ['names no token service: the well-known path is used'] : []),
  ];
  return { fact: parts.join('; '), value: undefined };
}

/** The ticket: how long it lives. The password went out once, or not at all where an identity signs in. */
export function readToken(trace: Trace, arrival: Arrival, expiresAtMs: number | undefined): Finding {
  rethrowAt('token', trace, arrival);
  const requests = trace.filter(({ isTokenRequest }) => isTokenRequest);
  const last = requests.at(-1);
  if (last === undefined)
    return expiresAtMs === undefined
      ? { fact: 'none was needed so far', value: undefined, skipped: true }
      : { fact: 'Microsoft Entra ID gave a token to the identity of AZURE_CLIENT_ID', value: undefined };
  const issuer = last.url.host;
  if (expiresAtMs === undefined)
    return {
      fact: `${issuer} issued a ticket, which is good there only and not where the applications are`,
      value: undefined,
    };
  const lifeMs = expiresAtMs - last.endedAtMs;
  if (lifeMs < SHORT_TICKET_MS) {
    throw new DiagnosticError(
      `${issuer} issued a ticket that lives for ${Math.round(lifeMs / 1000)} s only, shorter than a poll`,
      'Have the pool issue web tickets that live for hours (eight are usual): the relay sends the password anew for every one.',
    );
  }
  return {
    fact: `${issuer} took the password at the first try; the ticket lives for ${Math.round(lifeMs / 60_000)} minutes`,
    value: undefined,
  };
}

/** How long the requests of each part took, in milliseconds. */
export function signInTimes(trace: Trace): Readonly<Record<Stage, number>> {
  const total = (exchanges: Trace): number =>
    exchanges.reduce((sum, { sentAtMs, endedAtMs }) => sum + endedAtMs - sentAtMs, 0);
  const isWalk = (exchange: TracedExchange): boolean => !exchange.isTokenRequest && !isChallenge(exchange);
  return {
    discovery: total(trace.filter(isWalk)),
    challenge: total(trace.filter(isChallenge)),
    token: total(trace.filter(({ isTokenRequest }) => isTokenRequest)),
  };
}

function rethrowAt(stage: Stage, trace: Trace, arrival: Arrival): void {
  if (arrival instanceof RelayError && stageOf(arrival, trace) === stage) throw arrival;
}

/** The sign-in is one go in the relay; which part of it has failed shows in the error and in what went out last. */
function stageOf({ code }: RelayError, trace: Trace): Stage {
  const last = trace.at(-1);
  if (code === 'credentialsRejected' || last?.isTokenRequest === true) return 'token';
  if (code === 'noUsableGrant' || (code === 'hostNotAllowed' && last !== undefined && isChallenge(last)))
    return 'challenge';
  return 'discovery';
}

function isRedirect(exchange: TracedExchange): boolean {
  const response = responseOf(exchange);
  if (response === undefined) return false;
  if (response.status >= 300 && response.status < 400) return true;
  try {
    const resource = parseResource(response.text, response.contentType);
    return (
      linkOf(resource, 'redirect') !== undefined &&
      linkOf(resource, 'user') === undefined &&
      linkOf(resource, 'applications') === undefined
    );
  } catch {
    return false; // the page that comes with a challenge
  }
}

function isChallenge(exchange: TracedExchange): boolean {
  const response = responseOf(exchange);
  return (
    !exchange.isTokenRequest &&
    (response?.status === 401 || response?.status === 403) &&
    response.headers['www-authenticate'] !== undefined
  );
}
