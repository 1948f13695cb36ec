import { decodeInvitationId } from '../../../../shared/invitations/invitationId';
import { invitationAddress } from '../../../../shared/invitations/resourcePath';
import type { SeenEvent } from './seenEvent';
import type { Simulator } from '../simulator';

/** Finds in the simulator's ledger when an event that came from the bus had been emitted. */
export interface EmissionTimes {
  /** Milliseconds since the epoch; undefined where the ledger does not know it, or the simulator does not answer. */
  of(event: SeenEvent): Promise<number | undefined>;
}

/**
 * The invitation id on the bus is opaque; the stack, which gave the relay its signing key, may read it. Events of one
 * invitation and type are matched in their order. One question at a time.
 */
export function createEmissionTimes(simulator: Pick<Simulator, 'emitted'>, signingKey: string): EmissionTimes {
  const unmatched = new Map<string, number[]>();
  let eventsRead = 0;
  const readOn = async (): Promise<void> => {
    const events = await simulator.emitted(eventsRead);
    eventsRead += events.length;
    for (const { type, href, at } of events) {
      const address = invitationAddress(href);
      if (address === undefined) continue;
      const key = keyOf(type, address);
      unmatched.set(key, [...(unmatched.get(key) ?? []), Date.parse(at)]);
    }
  };
  return {
    of: async (event) => {
      const reference = decodeInvitationId(event.data.invitationId ?? '', signingKey);
      if (reference === undefined || event.data.event === undefined) return undefined;
      const key = keyOf(event.data.event, reference);
      if (!unmatched.has(key)) await readOn().catch(() => undefined);
      const [first, ...rest] = unmatched.get(key) ?? [];
      if (rest.length === 0) unmatched.delete(key);
      else unmatched.set(key, rest);
      return first;
    },
  };
}

function keyOf(
  type: string,
  { applicationId, collection, id }: { applicationId: string; collection: string; id: string },
): string {
  return [type, applicationId, collection, id].join(' ');
}
