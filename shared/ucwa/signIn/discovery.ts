import { RelayError } from '../../errors/relayError';
import { parseChallenge, type Challenge } from './challenge';
import { allowedUrl, sipDomain, type HostRule } from './hosts';
import type { HttpResponse } from '../httpResponse';
import { asList, asObject, asText } from '../format/json';
import { parseResource } from '../format/parseResource';
import { formOf } from '../format/representation';
import { linkOf, type Resource } from '../../invitations/resource';
import type { Ticket } from './ticket';
import { translateResponse } from '../translateError';
import { parseUrl } from '../../parseUrl';

/** Root, redirect to another pool, user, sign-in, redirect again (split-domain hybrid), user: eight are plenty. */
const MAX_HOPS = 8;
/** Redirects of HTTP before the root resource. */
const ROOT_HOPS = 5;

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
 * Walks from the first root that is one to the applications address, signing in where a server asks for it, by redirects
 * to allowed hosts only. A ticket is shown to the origin that asked for it and to no other. A root that responds with
 * anything but a root resource (403, 404, 5xx, a web page, a redirect out of what is allowed) is named and passed over
 * (RootURL, step 3; skype-docs #222).
 * Errors: `accountMoved` where it leads to the cloud; `hostNotAllowed` where it leads out of what is allowed;
 * `upstreamFailed` naming every root tried; and those of obtainTicket and of the exchange.
 */
export async function discover(ports: DiscoveryPorts, roots: readonly string[]): Promise<Discovered> {
  const failures: RelayError[] = [];
  for (const root of roots) {
    const found = await openRoot(ports, allowedUrl(ports.hosts, root));
    if (!(found instanceof RelayError)) return walk(ports, found.url, found.response);
    failures.push(found);
  }
  const moved = failures.find(({ code }) => code === 'accountMoved');
  if (moved !== undefined) throw moved;
  const sentences = failures.map(({ message }) => message);
  const code = failures.every((one) => one.code === 'hostNotAllowed') ? 'hostNotAllowed' : 'upstreamFailed';
  throw new RelayError(code, `Discovery found no Skype for Business. ${sentences.join(' ')}`, {
    extensions: { tried: roots, ...(failures.at(-1)?.extensions ?? {}) },
  });
}

/** Where the root leads, by redirects of HTTP, if that is a root resource, or a challenge; else why the next root is tried. */
async function openRoot(
  ports: DiscoveryPorts,
  root: URL,
): Promise<{ readonly url: URL; readonly response: HttpResponse } | RelayError> {
  let url = root;
  for (let hop = 0; hop < ROOT_HOPS; hop += 1) {
    let response: HttpResponse;
    try {
      response = await ports.get(url, undefined);
    } catch (error) {
      if (error instanceof RelayError && (error.code === 'upstreamFailed' || error.code === 'upstreamTimeout'))
        return error;
      throw error;
    }
    const onward = rootLeadsTo(response);
    if (onward === undefined) return notARoot(root, url, response);
    if (onward !== 'here') {
      const target = targetOf(ports.hosts, onward, url);
      if (target instanceof RelayError) return passedOver(root, target);
      if (isRedirect(response)) {
        url = target;
        continue;
      }
    }
    return { url, response };
  }
  return new RelayError('upstreamFailed', `Discovery at ${root.host} redirects in a circle.`);
}

/** `here` for a challenge or the applications; the address that a root resource or a redirect leads to; undefined for what is neither. */
function rootLeadsTo(response: HttpResponse): string | undefined {
  const { status, headers, text, contentType } = response;
  if (isRedirect(response)) return headers['location'];
  if ((status === 401 || status === 403) && parseChallenge(headers['www-authenticate']).webTicket) return 'here';
  if (status < 200 || status >= 300) return undefined;
  try {
    const resource = parseResource(text, contentType);
    if (linkOf(resource, 'applications') !== undefined) return 'here';
    return onwardFrom(resource);
  } catch (error) {
    if (error instanceof RelayError) return undefined;
    throw error;
  }
}

/** Where a root resource leads on to: the user, or another pool. Undefined where it names neither. */
function onwardFrom(resource: Resource): string | undefined {
  return (linkOf(resource, 'user') ?? linkOf(resource, 'redirect'))?.href ?? olderLink(resource);
}

/** The shape of Lync 2013's mobile clients, which some servers give to others too: `{Root: {Links: [{token, href}]}}`. */
function olderLink({ properties }: Resource): string | undefined {
  const links = asList(asObject(properties['Root'])?.['Links']).map(asObject);
  const hrefOf = (token: string): string | undefined =>
    asText(links.find((link) => asText(link?.['token'])?.toLowerCase() === token)?.['href']);
  return hrefOf('oauth') ?? hrefOf('redirect');
}

const isRedirect = ({ status, headers }: HttpResponse): boolean =>
  status >= 300 && status < 400 && headers['location'] !== undefined;

function notARoot(root: URL, url: URL, { status, contentType }: HttpResponse): RelayError {
  const way = root.host === url.host ? '' : ` (it redirects to ${url.host})`;
  if (status === 404)
    return new RelayError('upstreamFailed', `There is no discovery at ${url.host} (404).`, { extensions: { status } });
  const what = formOf(contentType) === 'html' ? 'a web page' : 'something that is no root resource';
  return new RelayError(
    'upstreamFailed',
    `${root.host}${way} responds with ${what} (${String(status)}), not with discovery.`,
    {
      extensions: { status },
    },
  );
}

/** Only a foreign address is passed over as one; the cloud is where the user is. */
function passedOver(root: URL, error: RelayError): RelayError {
  if (error.code === 'accountMoved') return error;
  const { code, message, extensions } = error;
  return new RelayError(code, `Discovery at ${root.host} is passed over: ${message}`, { extensions });
}

/** Hosts of Skype for Business Online and Teams. */
const CLOUD = /\.(online\.lync\.com|teams\.microsoft\.com)$/i;

function targetOf(hosts: HostRule, address: string, base: URL): URL | RelayError {
  try {
    const { host } = parseUrl(address, base.href) ?? base;
    if (CLOUD.test(`.${host}`))
      return new RelayError(
        'accountMoved',
        `Discovery leads to ${host}: this user has been moved to the cloud (Skype for Business Online or Teams), ` +
          `where UCWA is not offered.`,
        { extensions: { host } },
      );
    return allowedUrl(hosts, address, base.href);
  } catch (error) {
    if (error instanceof RelayError) return error;
    throw error;
  }
}

function followed(hosts: HostRule, address: string, base: URL): URL {
  const target = targetOf(hosts, address, base);
  if (target instanceof RelayError) throw target;
  return target;
}

async function walk(ports: DiscoveryPorts, root: URL, rootResponse: HttpResponse): Promise<Discovered> {
  let [url, response] = [root, rootResponse];
  let ticket: Ticket | undefined;
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    const step = nextStep(url, response, ticket, ports.now());
    if ('applications' in step) return { applicationsUrl: followed(ports.hosts, step.applications, url), ticket };
    if ('challenge' in step) ticket = await ports.obtainTicket(url.origin, step.challenge);
    else url = followed(ports.hosts, step.goTo, url);
    response = await ports.get(url, ticket?.origin === url.origin ? ticket : undefined);
  }
  throw new RelayError('upstreamFailed', `Discovery from ${root.host} was led on more than ${MAX_HOPS} times.`);
}

type Step = { readonly applications: string } | { readonly challenge: Challenge } | { readonly goTo: string };

function nextStep(url: URL, response: HttpResponse, ticket: Ticket | undefined, nowMs: number): Step {
  const { status, headers, text, contentType } = response;
  if (isRedirect(response)) return { goTo: headers['location'] ?? '' };
  const challenge = parseChallenge(headers['www-authenticate']);
  const mayChallenge = (status === 401 || status === 403) && ticket?.origin !== url.origin;
  if (mayChallenge && challenge.schemes.length > 0) return { challenge };
  if (status < 200 || status >= 300) throw translateResponse(response, nowMs);
  const resource = parseResource(text, contentType);
  const applications = linkOf(resource, 'applications');
  if (applications !== undefined) return { applications: applications.href };
  const onward = onwardFrom(resource);
  if (onward === undefined)
    throw new RelayError(
      'responseUnreadable',
      `Discovery at ${url.host} names neither user, nor redirect, nor applications.`,
    );
  return { goTo: onward };
}
