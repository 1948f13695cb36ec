import type { InvitationReference } from '../invitationId';
import type { Kind } from '../kinds';

/** Whose package it is, when it came, and what is wanted of it. */
export interface NormaliseContext {
  /** The account's SIP URI. */
  readonly account: string;
  /** Its user's name as it is displayed, where the application's `me` told it at sign-in. */
  readonly accountName: string | undefined;
  /** Of the account, as ids have it. */
  readonly accountKey: string;
  /** Of the application whose channel gave the package. */
  readonly applicationId: string;
  /** The package's ack, digits. */
  readonly ack: string;
  /** Milliseconds since the epoch at which the package was complete here: the time of its events. */
  readonly receivedAtMs: number;
  /** Milliseconds since the epoch: the last moment at which the channel was known to be empty. */
  readonly emptyAtMs: number;
  /** How long a call rings at this account. */
  readonly ringSeconds: number;
  /** Whether SDP goes into the events. */
  readonly includeSdp: boolean;
  /** Whether what the caller's contact tells goes into the events. */
  readonly contactDetails: boolean;
  readonly kinds: readonly Kind[];
  /** Makes the public id; may throw a RelayError for a path that fits none. */
  readonly invitationIdOf: (reference: InvitationReference) => string;
}
