import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock';
import { toRelayError } from '../errors/relayError';
import type { Kind } from '../invitations/kinds';
import { callerContactHrefs } from '../invitations/normalise/callerContact';
import { linkedHrefs } from '../invitations/normalise/linkedHrefs';
import type { EventPackage, Resource } from '../invitations/resource';
import type { Log } from '../telemetry/log';
import type { UcwaSession } from '../ucwa/session';
import type { ContactCache } from './contactCache';

export interface FetchLinkedPorts {
  readonly session: Pick<UcwaSession, 'account' | 'read'>;
  readonly contacts: ContactCache;
  readonly kinds: readonly Kind[];
  /** Whether the contacts of callers are fetched too. */
  readonly contactDetails: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What an event only links is fetched this long, and told from its link if it does not come: a call rings for 30 seconds. */
export const FETCH_TIMEOUT_MS = 2_000;
/** A ring waits this long for what only tells more of the caller; what comes later is in the call's next event. */
const CONTACT_WAIT_MS = 500;
/** UCWA refuses a user's requests beyond a hundred at a time; a command and the channel want some of them. */
const FETCHES_AT_ONCE = 50;

/**
 * What a package only links, by host-relative path. Links of links too (an invitation, then its people): two rounds, in parallel, two
 * seconds at most. Most packages link nothing that is missing. Never rejects: what does not come is absent.
 */
export async function fetchLinked(pkg: EventPackage, ports: FetchLinkedPorts): Promise<Map<string, Resource>> {
  const { session, contacts, kinds, contactDetails, clock, signal } = ports;
  const fetched = new Map<string, Resource>();
  const tried = new Set<string>();
  const asked = { account: session.account.sipUri, kinds };
  const next = (hrefs: () => string[]): string[] => {
    const all = hrefs();
    if (all.length === 0) return all;
    for (const href of all) {
      const known = contacts.get(href);
      if (known !== undefined) fetched.set(href, known);
    }
    const chosen = hrefs()
      .filter((href) => !tried.has(href))
      .slice(0, FETCHES_AT_ONCE);
    for (const href of chosen) tried.add(href);
    return chosen;
  };
  const nextLinked = (): string[] => next(() => linkedHrefs(pkg, fetched, asked));
  const nextContacts = (): string[] => (contactDetails ? next(() => callerContactHrefs(pkg, fetched, asked)) : []);
  let [linked, callers] = [nextLinked(), nextContacts()];
  if (linked.length + callers.length === 0) return fetched;

  const enough = new AbortController();
  const brief = AbortSignal.any([signal, enough.signal]);
  setMaxListeners(0, brief); // one of each request
  const timeUp = clock.sleep(FETCH_TIMEOUT_MS, brief).then(() => enough.abort());
  const contactsTimeUp = contactDetails ? clock.sleep(CONTACT_WAIT_MS, brief) : undefined;
  // A contact that comes too late for this event is remembered for the next one.
  const unhurried = contactDetails ? longSignal(ports) : brief;
  const fetchOne = async (href: string, fetchSignal: AbortSignal): Promise<void> => {
    const resource = await read(href, fetchSignal, ports);
    if (resource === undefined) return;
    fetched.set(href, resource);
    contacts.set(href, resource);
  };
  for (let round = 0; round < 2 && linked.length + callers.length > 0 && !brief.aborted; round++) {
    const fromCallers = Promise.all(callers.map((href) => fetchOne(href, unhurried)));
    const all = [...linked.map((href) => fetchOne(href, brief)), Promise.race([fromCallers, contactsTimeUp])];
    await Promise.race([Promise.all(all), timeUp]);
    [linked, callers] = [nextLinked(), nextContacts()];
  }
  enough.abort();
  return fetched;
}

async function read(
  href: string,
  signal: AbortSignal,
  { session, log }: FetchLinkedPorts,
): Promise<Resource | undefined> {
  try {
    return await session.read(href, signal);
  } catch (error) {
    log.debug('linkNotFetched', { account: session.account.sipUri, error: toRelayError(error).code });
    return undefined;
  }
}

function longSignal({ clock, signal }: FetchLinkedPorts): AbortSignal {
  const enough = new AbortController();
  void clock.sleep(FETCH_TIMEOUT_MS, signal).then(() => enough.abort());
  const long = AbortSignal.any([signal, enough.signal]);
  setMaxListeners(0, long); // one of each request
  return long;
}
