import { decodeInvitationId } from '../../../shared/invitations/invitationId';
import type { SeenEvent } from './seenEvent';
import type { Emitted, Simulator } from './simulator';

/** Finds in the simulator's ledger when an event that came from the bus had been emitted. */
export interface EmissionTimes {
  /** Milliseconds since the epoch; undefined where the ledger does not know it, or the simulator does not answer. */
  of(event: SeenEvent): Promise<number | undefined>;
}

/**
 * The invitation id on the bus is opaque; the stack, which gave the relay its signing key, may read it. Events of one
 * invitation and type are matched in their order.
 */
export function createEmissionTimes(simulator: Simulator, signingKey: string): EmissionTimes {
  const counted = new Map<string, number>();
  return {
    of: async (event) => {
      const reference = decodeInvitationId(event.data.invitationId ?? '', signingKey);
      if (reference === undefined || event.data.event === undefined) return undefined;
      const path = `/applications/${reference.applicationId}/communication/${reference.collection}/${reference.id}`;
      const key = `${event.data.event} ${path}`;
      const nth = counted.get(key) ?? 0;
      counted.set(key, nth + 1);
      const emitted = await simulator.emitted().catch((): readonly Emitted[] => []);
      const record = emitted.filter(({ type, href }) => type === event.data.event && href.endsWith(path))[nth];
      return record === undefined ? undefined : Date.parse(record.at);
    },
  };
}
