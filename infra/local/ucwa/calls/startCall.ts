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
});

/**
 * The user's own call: 201 with the invitation's address. Its `started` is on the channel before this answer is on the
 * wire, as on real servers: a client matches it by operationId.
 */
export function startCall(
  simulator: UcwaSimulator,
  application: Application,
  kind: Kind,
  exchange: RoutedExchange,
): Reply {
  const modality = kind === 'phoneAudio' ? 'PhoneAudio' : 'Audio';
  if (application.availability?.modalities.includes(modality) !== true)
    return refusal(403, undefined, `The endpoint has not registered ${modality}.`);
  const parsed = startSchema.safeParse(parseJson(exchange.body));
  if (!parsed.success) return invalidParameter(String(parsed.error.issues[0]?.path[0] ?? 'body'), 'Invalid');
  const plan = callPlanSchema.safeParse({
    ...parsed.data,
    account: application.account,
    from: parsed.data.to,
    scenario: 'outgoing',
    modalities: [kind === 'phoneAudio' ? 'phoneAudio' : 'audio'],
  });
  if (!plan.success) return invalidParameter(String(plan.error.issues[0]?.path[0] ?? 'to'), 'Invalid');
  const call = simulator.calls.ring(plan.data, [application], false);
  return { status: 201, headers: { Location: call.invitations[0]?.path ?? '' } };
}
