import { errorTable, type ErrorCode } from '../../../errors/errorTable';
import { RelayError, type RelayErrorDetails } from '../../../errors/relayError';
import { toProblem, type Problem } from '../../problem';
import { sampleTimeMs } from './sampleCall';

/** What the errors that a caller can mend say; the others say their title. */
const said: Readonly<Partial<Record<ErrorCode, readonly [message: string, details?: RelayErrorDetails]>>> = {
  requestInvalid: [
    '"reason" must be one of Global, Local, Unknown.',
    { extensions: { errors: [{ field: 'reason', message: 'must be one of Global, Local, Unknown' }] } },
  ],
  unauthenticated: ['A bearer token is required: Authorization: Bearer <token>.'],
  forbidden: ['This needs the application role Invitations.Command.', { extensions: { role: 'Invitations.Command' } }],
  invitationNotFound: ['There is no invitation with this id: take it from an event’s invitationId, unchanged.'],
  notFound: ['There is no webhook subscription sub_QmVpc3BpZWwtQWJvLTAxMg.'],
  alreadyClaimed: [
    'This invitation was answered first by key:4f9a1c0be2d7 (decline).',
    {
      extensions: {
        winner: { caller: 'key:4f9a1c0be2d7', command: 'decline', time: new Date(sampleTimeMs + 5_000).toISOString() },
      },
    },
  ],
  resolvedElsewhere: ['This invitation was answered elsewhere: its actions are gone.'],
  commandInFlight: ['The same command is still in flight; ask again in a second.', { retryAfterMs: 1000 }],
  tooManySecrets: [
    '4 earlier secrets still sign beside the present one; the first of them ends at 2026-01-16T12:00:00.000Z. Rotate then.',
  ],
  invitationEnded: ['This invitation has ended: nothing can be done with it any more.'],
  lengthRequired: ['Azure Functions passes on no body that is sent in chunks. Send it with Content-Length.'],
  encodingUnsupported: ['Send the body as it is, without Content-Encoding.'],
  actionNotAvailable: [
    'This invitation cannot be asked to accept to the phone now; it offers acceptWithAnswer, decline.',
    { extensions: { available: ['acceptWithAnswer', 'decline'] } },
  ],
  emergencyCallRefused: ['The relay starts no emergency calls: it can tell nobody where you are. Use a telephone.'],
  startUnconfirmed: [
    'Skype for Business did not say whether it started the call, and no event of it has come within five seconds.',
  ],
  idempotencyKeyReused: ['This Idempotency-Key was used with another command on this invitation: use a new key.'],
  tooManyRequests: ['At most 50 requests a second, 100 at once.', { retryAfterMs: 20 }],
  upstreamFailed: [
    'Skype for Business could not carry out the request (503 ServiceFailure).',
    { extensions: { code: 'ServiceFailure', requestId: 'b6a2c1f0-7a0e-4d4b-9f64-1c1f6d0d9a11' } },
  ],
  upstreamRefused: [
    'Skype for Business refused the request (403 Forbidden).',
    { extensions: { code: 'Forbidden', requestId: 'b6a2c1f0-7a0e-4d4b-9f64-1c1f6d0d9a11' } },
  ],
  upstreamTimeout: [
    'Skype for Business at pool.contoso.com did not answer within 10 seconds.',
    { extensions: { host: 'pool.contoso.com' } },
  ],
  settingsInvalid: [
    'The relay’s settings are not valid. POLL_RUN_SECONDS: must be a whole number from 10 to 1500.',
    { extensions: { problems: ['POLL_RUN_SECONDS: must be a whole number from 10 to 1500'] } },
  ],
};

/** The problem document of an error, as the relay answers it. */
export function problemExample(code: ErrorCode): Problem {
  const [message, details] = said[code] ?? [`${errorTable[code].title}.`];
  return toProblem(new RelayError(code, message, details), '2f1f0f5e-8a8e-4b8a-9d0f-6a1c52a1f6b3');
}
