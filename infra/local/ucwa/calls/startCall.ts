import { z } from 'zod';
import type { Kind } from '../../../../shared/invitations/kinds';
import type { Application } from '../applications/application';
import { parseJson } from '../http/parseJson';
import { invalidParameter, refusal, type Reply } from '../http/reply';
import type { RoutedExchange } from '../http/route';
import type { UcwaSimulator } from '../ucwaSimulator';
import { callPlanSchema } from './callPlan';

/** What startPhoneAudio and startAudioVideo take of their many fields. */
const startSchema = z.object({
  to: z.string(),
  operationId: z.string().max(50).optional(),
  sessionContext: z.string().max(50).optional(),
  subject: z.string().max(250).optional(),
  importance: z.string().optional(),
  threadId: z.string().optional(),
  phoneNumber: z
    .string()
    .regex(/^(tel:)?\+?\d+$/)
    .optional(),
});

/**
 * The user's own call: 201 with the invitation's address. Its `started` is on the channel before this answer is on the
 * wire, as on real servers: a client matches it by operationId. Starting needs no makeMeAvailable. 403 where policy does not
 * allow it, 400 NormalizationFailed for a `to` that is no address. It is not repeated by its operationId: a second POST is a
 * second call.
 */
export function startCall(
  simulator: UcwaSimulator,
  application: Application,
  kind: Kind,
  exchange: RoutedExchange,
): Reply {
  const { account } = application;
  if (kind === 'phoneAudio' && !simulator.arrangements.mayStartPhoneAudio(account)) return { status: 403 };
  const parsed = startSchema.safeParse(parseJson(exchange.body));
  if (!parsed.success) return invalidParameter(String(parsed.error.issues[0]?.path[0] ?? 'body'), 'Invalid');
  const plan = callPlanSchema.safeParse({
    ...parsed.data,
    ...simulator.arrangements.take(account),
    account,
    from: parsed.data.to,
    scenario: 'outgoing',
    modalities: [kind === 'phoneAudio' ? 'phoneAudio' : 'audio'],
  });
  if (!plan.success) {
    const field = String(plan.error.issues[0]?.path[0] ?? 'to');
    return field === 'to' || field === 'from'
      ? refusal(400, 'NormalizationFailed', 'The number could not be normalised.')
      : invalidParameter(field, 'Invalid');
  }
  const call = simulator.calls.ring(plan.data, [application], false);
  return { status: 201, headers: { Location: call.invitations[0]?.otherPath ?? '' } };
}
