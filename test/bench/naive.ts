import { Agent } from 'node:http';
import { ServiceBusClient } from '@azure/service-bus';
import axios, { type AxiosInstance } from 'axios';

export interface NaivePlan {
  readonly ucwaUrl: string;
  readonly usernames: readonly string[];
  readonly serviceBusConnection: string;
}

/** As much of UCWA as such a script knows. */
interface Package {
  readonly _links: { readonly next: { readonly href: string } };
  readonly sender?: readonly { readonly events: readonly object[] }[];
}

/**
 * The script that one would write instead: a loop for each account, GET the link, await sendMessages, then next. It
 * keeps the order, and publishes before it acknowledges. See `naiveBreaks` for what it does not.
 */
export function relayNaively({ ucwaUrl, usernames, serviceBusConnection }: NaivePlan): void {
  const sender = new ServiceBusClient(serviceBusConnection).createSender('invitation-events');
  const http = axios.create({ baseURL: ucwaUrl, proxy: false, httpAgent: new Agent({ keepAlive: true }) });
  for (const username of usernames)
    void follow(http, username, (event) => sender.sendMessages({ body: event, contentType: 'application/json' }));
}

/** The ceiling: the same, and nothing is done with what was read and parsed. */
export function onlyRead({ ucwaUrl, usernames }: NaivePlan): void {
  const http = axios.create({ baseURL: ucwaUrl, proxy: false, httpAgent: new Agent({ keepAlive: true }) });
  for (const username of usernames) void follow(http, username, () => Promise.resolve());
}

async function follow(http: AxiosInstance, username: string, publish: (event: object) => Promise<void>): Promise<void> {
  const { authorization, eventsHref } = await signIn(http, username);
  let href = eventsHref;
  for (;;) {
    const { data } = await http.get<Package>(href, { headers: { Authorization: authorization } });
    for (const { events } of data.sender ?? []) for (const event of events) await publish(event);
    href = data._links.next.href;
  }
}

/** Knows where everything is: no discovery, no challenge, no renewal. */
export async function signIn(
  http: AxiosInstance,
  username: string,
): Promise<{ readonly authorization: string; readonly eventsHref: string; readonly applicationHref: string }> {
  const ticket = await http.post<{ access_token: string }>(
    '/WebTicket/oauthtoken',
    new URLSearchParams({ grant_type: 'password', username, password: 'password' }),
  );
  const authorization = `Bearer ${ticket.data.access_token}`;
  const application = await http.post<{ _links: { self: { href: string }; events: { href: string } } }>(
    '/ucwa/oauth/v1/applications',
    { userAgent: 'script', endpointId: `script of ${username}`, culture: 'en-US' },
    { headers: { Authorization: authorization } },
  );
  const { self, events } = application.data._links;
  return { authorization, applicationHref: self.href, eventsHref: events.href };
}

/** The promises of the relay that this script breaks. */
export const naiveBreaks: readonly string[] = [
  'What naive.ts does not do, and the relay does at the figures above:',
  '  once per event: what is read twice (a restart, a response that was cut off) is published twice, without an id to tell by',
  '  nothing in silence: what it cannot parse, a resync, a resume, an expired ticket or one failed send ends that account’s loop for good',
  '  gaps are told, late is told: a hole in the channel or an old ring looks like any other event',
  '  one owner: a second instance takes the polls away from the first, and neither notices a crash',
  '  one event format: consumers get UCWA’s own, with links, SDP and all, and nothing to filter by',
];
