/**
 * Which invitation came of which operation. UCWA does not recognise a repeated operation, and may answer a start with another address
 * than its events have: the operation id alone says which belong together. Errors of all methods: `storageUnavailable`.
 */
export interface StartedCalls {
  /** The invitation as it came on the event channel; the first stands. */
  record(operationId: string, invitationId: string): Promise<void>;
  /** Undefined while it has not been seen on the channel. */
  find(operationId: string): Promise<string | undefined>;
  /** Remembers an id that was given out before the event came. */
  addAlias(invitationId: string, operationId: string): Promise<void>;
  /** The id under which events tell of the invitation; the given one where it is no alias, or the event has not come yet. */
  canonicalId(invitationId: string): Promise<string>;
}
