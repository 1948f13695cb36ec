/**
 * The AMQP conditions that Service Bus names, by what they mean, each with the status that `$management` answers for it
 * (Microsoft's "AMQP 1.0 request/response operations in Service Bus"; the SDK maps the condition to its own code).
 */
const conditions = {
  alreadyExists: { condition: 'com.microsoft:entity-already-exists', status: 409 },
  argument: { condition: 'com.microsoft:argument-error', status: 400 },
  decode: { condition: 'amqp:decode-error', status: 400 },
  entityFull: { condition: 'amqp:resource-limit-exceeded', status: 403 },
  internal: { condition: 'amqp:internal-error', status: 500 },
  messageLockLost: { condition: 'com.microsoft:message-lock-lost', status: 410 },
  messageNotFound: { condition: 'com.microsoft:message-not-found', status: 404 },
  messageTooLarge: { condition: 'amqp:link:message-size-exceeded', status: 403 },
  notAllowed: { condition: 'amqp:not-allowed', status: 400 },
  notFound: { condition: 'amqp:not-found', status: 404 },
  notImplemented: { condition: 'amqp:not-implemented', status: 501 },
  sessionCannotBeLocked: { condition: 'com.microsoft:session-cannot-be-locked', status: 410 },
  sessionLockLost: { condition: 'com.microsoft:session-lock-lost', status: 410 },
  timeout: { condition: 'com.microsoft:timeout', status: 408 },
  // Final for every SDK: Go takes `not-implemented` for a reason to connect anew, and 404 for one not to.
  unsupported: { condition: 'amqp:not-allowed', status: 404 },
  unauthorised: { condition: 'amqp:unauthorized-access', status: 401 },
} as const;

/** What the broker answers instead of doing what was asked. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';

  constructor(
    readonly kind: keyof typeof conditions,
    message: string,
  ) {
    super(message);
  }

  /** The error as AMQP carries it on a disposition, detach or reply. */
  get amqp(): { readonly condition: string; readonly description: string; readonly info: object } {
    // With an empty map as its third field: Python's SDK reads that field without asking whether it is there.
    return { condition: conditions[this.kind].condition, description: this.message, info: {} };
  }

  get status(): number {
    return conditions[this.kind].status;
  }
}

/** Deferring a message, and receiving deferred ones. */
export const deferralUnsupported = (): BrokerError =>
  new BrokerError('unsupported', 'Deferring messages is not supported by this local Service Bus.');

/** The error itself when the broker raised it, else `internal`; a decoder's complaint is the client's doing. */
export function toBrokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof RangeError) return new BrokerError('decode', 'The message is not encoded as AMQP 1.0 asks.');
  return new BrokerError('internal', error instanceof Error ? error.message : String(error));
}
