import type { InvitationHead } from './invitationHead';
import type { InvitationEvent } from './relayEvent';

export interface InvitationPage {
  readonly heads: readonly InvitationHead[];
  /** Opaque; absent after the last page. */
  readonly cursor?: string;
}

export interface InvitationQuery {
  readonly account?: string;
  readonly state?: 'active' | 'ended';
  /** Largest number of heads on a page, 1 to 100. */
  readonly limit: number;
  readonly cursor?: string;
  readonly nowMs: number;
}

/** The read model: what `GET /invitations` answers from. Holds no SDP. */
export interface InvitationStore {
  /** Inserts the event into its invitation's history; an event that is there already changes nothing. */
  append(event: InvitationEvent): Promise<void>;
  /** Changes the head under optimistic concurrency: `change` may be called several times. */
  updateHead(event: InvitationEvent, change: (head: InvitationHead | undefined) => InvitationHead): Promise<void>;
  head(invitationId: string): Promise<InvitationHead | undefined>;
  /** In sequence. Empty for an invitation that is not known. */
  history(invitationId: string): Promise<readonly InvitationEvent[]>;
  /** Within an account the newest first. */
  list(query: InvitationQuery): Promise<InvitationPage>;
  /** Applies `change` to every active head of the account. */
  updateActive(account: string, change: (head: InvitationHead) => InvitationHead): Promise<void>;
}
