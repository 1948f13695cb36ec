import type { Kind } from '../kinds';
import type { Person } from '../invitationData';

/** A call that goes on: what its end is reported with, whichever process reads it. */
export interface ConnectedCall {
  readonly invitationId: string;
  readonly kind: Kind;
  readonly direction?: string;
  readonly threadId?: string;
  /** When the relay received that it was connected: milliseconds since the epoch. */
  readonly connectedAtMs: number;
  /** Where the channel had not been read before: it was connected at or after this moment. */
  readonly notBeforeMs?: number;
  /** The package that reported it. The same package read again tells the same; another tells nothing new. */
  readonly applicationId: string;
  readonly ack: string;
}

/** The connected calls of all accounts, by conversation; they outlive the process. Errors: `storageUnavailable`. */
export interface ConnectedCalls {
  /** Inserts the call unless the conversation has one; returns the one that stands. */
  insert(account: string, conversation: string, call: ConnectedCall): Promise<ConnectedCall>;
  read(account: string, conversation: string): Promise<ConnectedCall | undefined>;
  remove(account: string, conversation: string): Promise<void>;
}

/** Somebody on the other side of a call. */
export type Participant = Pick<Person, 'uri' | 'name'>;
