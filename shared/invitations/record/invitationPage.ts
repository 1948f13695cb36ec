import type { InvitationHead } from '../invitationHead';
import type { CallFilter } from './callFilter';

export interface InvitationPage {
  readonly heads: readonly InvitationHead[];
  /** Opaque; absent after the last page. */
  readonly cursor?: string;
}

export interface InvitationQuery extends CallFilter {
  readonly account?: string;
  readonly state?: 'active' | 'ended';
  /** Largest number of heads on a page, 1 to 100. */
  readonly limit: number;
  readonly cursor?: string;
  readonly nowMs: number;
}
