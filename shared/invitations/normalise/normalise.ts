import type { EventPackage } from '../resource';
import { createOrdinals, sequenceOf, stableId } from '../events/eventIdentity';
import type { FetchedResources } from './fetchedResources';
import type { NormaliseContext } from './normaliseContext';
import { packageParts } from './packageParts';
import type { InvitationEvent, UnreadableEvent } from '../events/relayEvent';
import { toInvitationEvent } from './toInvitationEvent';

export interface NormalisedPackage {
  /** In the channel's order. */
  readonly events: readonly InvitationEvent[];
  /** What could not be read, in the channel's order. */
  readonly unreadable: readonly UnreadableEvent[];
}

/**
 * A package in, invitation events out: pure, total (it never throws, whatever the package holds) and stable: the same
 * package gives the same ids, whatever was fetched meanwhile. Events of other rels and kinds, and invitations that
 * are no call, are left out; what is or
 * may be ours and cannot be read is handed back raw with a sentence that says why.
 */
export function normalise(pkg: EventPackage, context: NormaliseContext, fetched: FetchedResources): NormalisedPackage {
  const { account, applicationId, ack, receivedAtMs: timeMs } = context;
  const events: InvitationEvent[] = [];
  const unreadable: UnreadableEvent[] = [];
  const ordinalOf = createOrdinals();
  for (const part of packageParts(pkg, context.kinds)) {
    const read = part.type === 'invitation' ? toInvitationEvent(part, context, fetched, ordinalOf) : part;
    if (read === undefined) continue;
    if ('data' in read) {
      events.push(read);
      continue;
    }
    const raw = part.raw();
    const id = stableId('unreadable', account.toLowerCase(), applicationId, ack, raw, ordinalOf(raw));
    unreadable.push({ id, account, timeMs, sequence: sequenceOf(ack, part.position), reason: read.problem, raw });
  }
  return { events, unreadable };
}
