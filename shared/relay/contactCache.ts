import type { Clock } from '../clock';
import { barePath } from '../invitations/resourcePath';
import type { Resource } from '../invitations/resource';

/** How long a contact is taken to be as it was read: each event of a call names the same people, and people call again. */
const REMEMBERED_MS = 300_000;
/** Of one account; the oldest goes first. */
const MAX_CONTACTS = 200;

/** The contacts of one account that were read within the last five minutes. */
export interface ContactCache {
  /** The contact at that path; undefined also where nothing is remembered. */
  get(path: string): Resource | undefined;
  /** Remembers a contact; anything else than a contact is not kept. */
  set(path: string, resource: Resource): void;
}

/** Only `…/people/<id>` is kept: an invitation changes from event to event, and a participant within the call. */
export function createContactCache(clock: Clock): ContactCache {
  const contacts = new Map<string, { readonly resource: Resource; readonly untilMs: number }>();
  return {
    get(path) {
      const known = contacts.get(path);
      return known === undefined || known.untilMs <= clock.now() ? undefined : known.resource;
    },
    set(path, resource) {
      if (!/\/people\/[^/]+$/.test(barePath(path) ?? '')) return;
      contacts.delete(path);
      contacts.set(path, { resource, untilMs: clock.now() + REMEMBERED_MS });
      for (const [oldest, { untilMs }] of contacts) {
        if (contacts.size <= MAX_CONTACTS && untilMs > clock.now()) break;
        contacts.delete(oldest);
      }
    },
  };
}
