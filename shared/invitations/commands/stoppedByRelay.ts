import type { Clock } from '../../clock';
import { hasLapsed, type ClaimStore, type ClaimSubject } from './claim';

/** The commands that end a connected call. On pools cancel and stop have one address: a cancel that comes late hangs up. */
const stopping: readonly ClaimSubject[] = ['hangup', 'cancel'];

/**
 * Whether the relay has posted what ends the call, by the claims on it. A claim that a refusal has released, or that was never
 * posted, does not count. Errors: those of the store.
 */
export function createIsStoppedByRelay(
  claims: Pick<ClaimStore, 'read'>,
  clock: Pick<Clock, 'now'>,
): (invitationId: string) => Promise<boolean> {
  return async (invitationId) => {
    const held = await Promise.all(stopping.map((subject) => claims.read(invitationId, subject)));
    return held.some(
      (each) => each !== undefined && (each.claim.state !== 'claimed' || !hasLapsed(each.claim, clock.now())),
    );
  };
}
