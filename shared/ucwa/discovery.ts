import { RelayError } from '../errors/relayError';
import { parseChallenge, type Challenge } from './challenge';
import { allowedUrl, sipDomain, type HostRule } from './hosts';
import type { HttpResponse } from './http';
import { parseResource } from './parseResource';
import { linkOf } from './resource';
import type { Ticket } from './ticket';
import { translateResponse } from './translateError';

/** Root, redirect to another pool, user, sign-in, redirect again (split-domain hybrid), user: eight are plenty. */
const MAX_HOPS = 8;

export interface DiscoveryPorts {
  readonly hosts: HostRule;
  /** GET, with a ticket where there is one for that origin. */
  readonly get: (url: URL, ticket: Ticket | undefined) => Promise<HttpResponse>;
  readonly obtainTicket: (origin: string, challenge: Challenge) => Promise<Ticket>;
  readonly now: () => number;
}

/** Where the account's application is made, and the ticket with which that was found out. */
export interface Discovered {
  readonly applicationsUrl: URL;
  readonly ticket: Ticket | undefined;
}

/**
 * The roots to try, in order: the configured one, then the domain's internal and external names. A root on this
 * machine is a stand-in, from which nothing ever leads out into the network.
 */
export function discoveryRoots(sipUri: string, discoveryUrl: string | undefined, hosts: HostRule): readonly string[] {
  if (discoveryUrl !== undefined && hosts.loopback) return [discoveryUrl];
  const domain = sipDomain(sipUri);
  return [
    ...(discoveryUrl === undefined ? [] : [discoveryUrl]),
    `https://lyncdiscoverinternal.${domain}/`,
    `https://lyncdiscover.${domain}/`,
  ];
}

/**
 * Walks from the first root that answers to the applications address, signing in where a server asks for it, by
 * redirects to allowed hosts only. A ticket is shown to the origin that asked for it and to no other.
 * Errors: `hostNotAllowed`, `upstreamFailed` naming every root tried, and those of obtainTicket and of the exchange.
 */
export async function discover(ports: DiscoveryPorts, roots: readonly string[]): Promise<Discovered> {
  const failures: string[] = [];
  for (const root of roots) {
    const url = allowedUrl(ports.hosts, root);
    const response = await askRoot(ports, url);
    if (!(response instanceof RelayError)) return walk(ports, url, response);
    failures.push(response.message);
  }
  throw new RelayError('upstreamFailed', `Discovery found no Skype for Business. ${failures.join(' ')}`, {
    extensions: { tried: roots },
  });
}

/** The root's answer, or why the next root is tried: no connection, no answer in time, or 404 (documentation: RootURL). */
async function askRoot(ports: DiscoveryPorts, url: URL): Promise<HttpResponse | RelayError> {
  try {
    const response = await ports.get(url, undefined);
    return response.status === 404
      ? new RelayError('upstreamFailed', `There is no discovery at ${url.host} (404).`)
      : response;
  } catch (error) {
    if (error instanceof RelayError && (error.code === 'upstreamFailed' || error.code === 'upstreamTimeout'))
      return error;
    throw error;
  }
}

async function walk(ports: DiscoveryPorts, root: URL, rootResponse: HttpResponse): Promise<Discovered> {
  let [url, response] = [root, rootResponse];
  let ticket: Ticket | undefined;
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    const step = nextStep(url, response, ticket, ports.now());
    if ('applications' in step)
      return { applicationsUrl: allowedUrl(ports.hosts, step.applications, url.href), ticket };
    if ('challenge' in step) ticket = await ports.obtainTicket(url.origin, step.challenge);
    else url = allowedUrl(ports.hosts, step.goTo, url.href);
    response = await ports.get(url, ticket?.origin === url.origin ? ticket : undefined);
  }
  throw new RelayError('upstreamFailed', `Discovery from ${root.host} was led on more than ${MAX_HOPS} times.`);
}

type Step = { readonly applications: string } | { readonly challenge: Challenge } | { readonly goTo: string };

function nextStep(url: URL, response: HttpResponse, ticket: Ticket | undefined, nowMs: number): Step {
  const { status, headers, text, contentType } = response;
  const location = headers['location'];
  if (status >= 300 && status < 400 && location !== undefined) return { goTo: location };
  const challenge = parseChallenge(headers['www-authenticate']);
  const mayChallenge = (status === 401 || status === 403) && ticket?.origin !== url.origin;
  if (mayChallenge && challenge.schemes.length > 0) return { challenge };
  if (status < 200 || status >= 300) throw translateResponse(response, nowMs);
  const resource = parseResource(text, contentType);
  const applications = linkOf(resource, 'applications');
  if (applications !== undefined) return { applications: applications.href };
  const onward = linkOf(resource, 'user') ?? linkOf(resource, 'redirect');
  if (onward === undefined)
    throw new RelayError(
      'responseUnreadable',
      `Discovery at ${url.host} names neither user, nor redirect, nor applications.`,
    );
  return { goTo: onward.href };
}
