import { z } from 'zod';
import { parseJson } from '../http/parseJson';
import { invalidParameter, noContent, refusal, type Reply } from '../http/reply';
import type { RoutedExchange } from '../http/route';
import type { UcwaSimulator } from '../ucwaSimulator';
import { actionLinks } from './invitationResource';
import { isSdp } from './mediaOffer';

/** Reference, section 4, "Decline reasons". */
const declineReasons = [
  'Local',
  'Global',
  'Unknown',
  'CodecMismatch',
  'EncryptionMismatch',
  'InsufficientBandwidth',
  'InsufficientBandwidthRerouteOverPstn',
  'InvalidMediaOffer',
  'IPv6NotSupported',
  'MediaAllocationFailure',
  'MediaConnectivityFailure',
  'UnsupportedMedia',
] as const;

const declineSchema = z.object({ reason: z.enum(declineReasons).default('Global') });

/**
 * Carries out an action on an invitation: 204, and the outcome follows on the channel. 404 when the invitation is gone
 * or never linked the action, 409 when it was resolved in the meantime.
 */
export function actOn({ calls }: UcwaSimulator, path: string, action: string, exchange: RoutedExchange): Reply {
  const invitation = calls.invitationAt(path);
  if (invitation === undefined) return refusal(404, undefined, 'Call not found.');
  if (invitation.isUnderWay) return refusal(409, undefined, 'The invitation was resolved already.');
  if (actionLinks(invitation)[action] === undefined) return refusal(404, undefined, 'The resource does not exist.');
  switch (action) {
    case 'acceptWithAnswer':
    case 'sendProvisionalAnswer': {
      const wrong = problemOfAnswer(exchange);
      if (wrong !== undefined) return wrong;
      if (action === 'acceptWithAnswer') calls.accept(invitation);
      else calls.answerProvisionally(invitation);
      return noContent;
    }
    case 'decline': {
      const parsed = declineSchema.safeParse(parseJson(exchange.body));
      if (!parsed.success) return invalidParameter('reason', 'Invalid');
      calls.decline(invitation, parsed.data.reason);
      return noContent;
    }
    default:
      calls.accept(invitation); // accept and acceptWithPhoneAudio: the user's own phone takes the call.
      return noContent;
  }
}

/** What is wrong with an SDP answer (UCWA 2.0, "acceptWithAnswer"). */
function problemOfAnswer({ headers, query, body }: RoutedExchange): Reply | undefined {
  if (!(headers['content-type'] ?? '').startsWith('application/sdp'))
    return refusal(415, undefined, 'The answer must be application/sdp.');
  const context = query.get('sessionContext');
  if (context === null || context === '') return invalidParameter('sessionContext', 'Missing');
  if (context.length > 50) return invalidParameter('sessionContext', 'TooLong');
  if ((query.get('processedOfferId') ?? '').length > 100) return invalidParameter('processedOfferId', 'TooLong');
  return isSdp(body) ? undefined : invalidParameter('sdp', 'Invalid');
}
