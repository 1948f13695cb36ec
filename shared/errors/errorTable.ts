/**
 * Every error the product can raise: its HTTP status where it reaches a caller, whether trying again can help,
 * and what it means. The HTTP answers, the API documents and docs/errors.md are all made from this.
 */
export const errorTable = {
  // What a caller did.
  requestInvalid: { status: 400, retryable: false, title: 'The request is not valid' },
  unauthenticated: { status: 401, retryable: false, title: 'A valid key or token is required' },
  forbidden: { status: 403, retryable: false, title: 'The caller lacks the role for this' },
  invitationNotFound: { status: 404, retryable: false, title: 'There is no such invitation' },
  notFound: { status: 404, retryable: false, title: 'There is no such resource' },
  methodNotAllowed: { status: 405, retryable: false, title: 'The route does not take this method' },
  alreadyClaimed: { status: 409, retryable: false, title: 'Another caller has already answered this invitation' },
  resolvedElsewhere: { status: 409, retryable: false, title: 'The invitation was resolved elsewhere' },
  subscriptionInactive: { status: 409, retryable: false, title: 'The webhook subscription is not active' },
  commandInFlight: { status: 409, retryable: true, title: 'The same command is still in flight' },
  tooManySecrets: { status: 409, retryable: true, title: 'Too many secrets of the subscription sign already' },
  invitationEnded: { status: 410, retryable: false, title: 'The invitation has ended' },
  lengthRequired: { status: 411, retryable: false, title: 'The body of the request needs a Content-Length' },
  contextTooLarge: { status: 413, retryable: false, title: 'The context is larger than 4 KB' },
  encodingUnsupported: { status: 415, retryable: false, title: 'The body of the request must not be encoded' },
  emergencyCallRefused: { status: 422, retryable: false, title: 'The relay starts no emergency calls' },
  actionNotAvailable: { status: 422, retryable: false, title: 'The invitation does not offer this action' },
  idempotencyKeyReused: { status: 422, retryable: false, title: 'The Idempotency-Key was used with another request' },
  tooManyRequests: { status: 429, retryable: true, title: 'Too many requests' },

  // What UCWA did.
  upstreamFailed: { status: 502, retryable: true, title: 'Skype for Business could not carry out the request' },
  upstreamRefused: { status: 502, retryable: false, title: 'Skype for Business refused the request' },
  upstreamTimeout: { status: 504, retryable: true, title: 'Skype for Business did not answer in time' },
  startUnconfirmed: { status: 504, retryable: false, title: 'It is not known whether the call was started' },
  credentialsRejected: { status: 502, retryable: false, title: 'Skype for Business rejected the account’s password' },
  noUsableGrant: {
    status: 502,
    retryable: false,
    title: 'Skype for Business offers no sign-in that the relay can use',
  },
  accountRefused: {
    status: 502,
    retryable: false,
    title: 'Skype for Business refuses this account until a person changes something',
  },
  accountMoved: { status: 502, retryable: false, title: 'The user has been moved to the cloud' },
  signInDeferred: {
    status: 502,
    retryable: true,
    title: 'The account signs in later, so that its password is not sent too often',
  },
  hostNotAllowed: { status: 502, retryable: false, title: 'A redirect or link leads to a host that is not allowed' },
  ticketExpired: { status: 502, retryable: true, title: 'The web ticket is no longer valid' },
  applicationGone: { status: 502, retryable: true, title: 'The UCWA application no longer exists' },
  channelGone: { status: 502, retryable: true, title: 'The event channel’s address is gone for good' },
  pollReplaced: { status: 502, retryable: true, title: 'Another poll has taken over the event channel' },
  poolMoved: { status: 502, retryable: true, title: 'The pool has moved and must be discovered again' },
  responseUnreadable: {
    status: 502,
    retryable: true,
    title: 'Skype for Business answered something that cannot be read',
  },

  // What the bus and the storage did.
  busUnavailable: { status: 502, retryable: true, title: 'Service Bus cannot be reached' },
  busEntityFull: { status: 502, retryable: true, title: 'A topic or queue of Service Bus is full' },
  busRefused: { status: 502, retryable: false, title: 'Service Bus refused the message for good' },
  messageTooLarge: { status: 502, retryable: false, title: 'The message is larger than Service Bus takes' },
  identityUnavailable: { status: 502, retryable: true, title: 'Microsoft Entra ID cannot be reached' },
  storageRefused: { status: 502, retryable: false, title: 'The storage account refuses what was to be written' },
  storageUnavailable: { status: 502, retryable: true, title: 'The storage account cannot be reached' },

  // What we did.
  settingsInvalid: { status: 500, retryable: false, title: 'The relay’s settings are not valid' },
  internal: { status: 500, retryable: false, title: 'The relay failed' },
} as const satisfies Record<string, { status: number; retryable: boolean; title: string }>;

/** The stable name of an error: `problem.type` ends in it, and code decides by it (never by message text). */
export type ErrorCode = keyof typeof errorTable;
