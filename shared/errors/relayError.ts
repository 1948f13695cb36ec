import { errorTable, type ErrorCode } from './errorTable';

/** What an error may carry beside its code. Everything here may reach a caller: no secret, no stack, no body. */
export interface RelayErrorDetails {
  /** Milliseconds after which another try makes sense; from Retry-After where the peer said so. */
  readonly retryAfterMs?: number;
  /** Facts for the caller: `errors` (field problems), `available` (linked actions), UCWA's `code`, `subcode`, `requestId`, … */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The only error class that leaves a module. Adapters translate foreign errors (axios, AMQP, tables) into it
 * once, at the edge; inward code decides by `code` and `retryable`, never by message text.
 */
export class RelayError extends Error {
  override readonly name = 'RelayError';
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly extensions: Readonly<Record<string, unknown>>;

  /** @param message says in a sentence what was wrong and what would be right; it is shown to callers as it is. */
  constructor(
    readonly code: ErrorCode,
    message: string,
    details: RelayErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.retryable = errorTable[code].retryable;
    this.retryAfterMs = details.retryAfterMs;
    this.extensions = details.extensions ?? {};
  }
}

/** The error itself when it is ours, else `internal` with a message that gives nothing away. */
export function toRelayError(error: unknown): RelayError {
  return error instanceof RelayError
    ? error
    : new RelayError('internal', 'The relay failed unexpectedly.', { cause: error });
}
