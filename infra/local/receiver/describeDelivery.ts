import { z } from 'zod';
import type { Delivery } from './startReceiver';

/** As much of an invitation event (CloudEvents 1.0, structured) as a line of text shows. */
const eventSchema = z.object({
  type: z.string(),
  data: z
    .object({
      from: z.object({ name: z.string().optional(), uri: z.string().optional() }).optional(),
      outcome: z.object({ result: z.string() }).optional(),
    })
    .optional(),
});

/** One line about a delivery: what it tells, and whether the signature holds. */
export function describeDelivery(delivery: Delivery): string {
  const signature = delivery.verdict === 'genuine' ? 'signature holds' : `NOT BELIEVED: ${delivery.verdict}`;
  return [describeBody(delivery.body), signature, delivery.id].filter((part) => part !== '').join('  ');
}

function describeBody(body: string): string {
  const event = parseEvent(body);
  if (event === undefined) return `${Buffer.byteLength(body)} bytes that are no CloudEvent`;
  const caller = event.data?.from?.name ?? event.data?.from?.uri;
  return [event.type, caller, event.data?.outcome?.result].filter((part) => part !== undefined).join('  ');
}

function parseEvent(body: string): z.infer<typeof eventSchema> | undefined {
  try {
    return eventSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
