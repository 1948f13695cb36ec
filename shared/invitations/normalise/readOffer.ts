import { RelayError } from '../../errors/relayError';
import { linkOf } from '../resource';
import { sessionContextOf } from '../commands/decideCommand';
import { findInvitation, readInvitation, type LiveInvitationPorts } from '../commands/liveInvitation';
import { parseMediaOffer, type MediaOffer } from './mediaOffer';
import { sessionContextFor } from '../commands/sessionContext';

export interface LiveOffer {
  readonly invitationId: string;
  /** What an answer names unless it gives another: the invitation's own, or the one that the relay makes for it. */
  readonly sessionContext: string;
  /** The offer to answer is the one that is not the fall-back; its contentId is the `processedOfferId`. */
  readonly offers: readonly MediaOffer[];
}

/**
 * The media offer of a ringing call, read live with the account's own session. Errors: `invitationNotFound`,
 * `invitationEnded`, `actionNotAvailable` for an invitation without a media offer, and the session's own.
 */
export async function readOffer(
  invitationId: string,
  ports: LiveInvitationPorts,
  signal: AbortSignal,
): Promise<LiveOffer> {
  const resource = await readInvitation(await findInvitation(invitationId, ports), signal);
  if (resource === undefined) throw new RelayError('invitationEnded', 'This invitation has ended: its offer is gone.');
  const href = linkOf(resource, 'mediaOffer')?.href;
  if (href === undefined)
    throw new RelayError('actionNotAvailable', 'This invitation carries no media offer.', {
      extensions: { available: [] },
    });
  return {
    invitationId,
    sessionContext: sessionContextOf(resource) ?? sessionContextFor(invitationId),
    offers: parseMediaOffer(href),
  };
}
