import { z } from 'zod';
import type { Delivery } from './startReceiver';

const person = z.object({ name: z.string().optional(), uri: z.string().optional() });

/** As much of an invitation event (CloudEvents 1.0, structured) as a line of text shows. */
const eventSchema = z.object({
  type: z.string(),
  data: z
    .object({
      event: z.string().optional(),
      direction: z.string().optional(),
      from: person.optional(),
      to: person.optional(),
      outcome: z.object({ result: z.string() }).optional(),
    })
    .optional(),
});

const WORD_WIDTH = 9;

/** One line about a delivery: what it tells, whether the signature holds, and its `webhook-id`. */
export function describeDelivery(delivery: Delivery): string {
  const signature = delivery.verdict === 'genuine' ? 'signature holds' : `NOT BELIEVED: ${delivery.verdict}`;
  return [describeBody(delivery.body), signature, delivery.id].filter((part) => part !== '').join('  ');
}

function describeBody(body: string): string {
  const event = parseEvent(body);
  if (event === undefined) return `${Buffer.byteLength(body)} bytes that are no CloudEvent`;
  const other = event.data?.direction === 'outgoing' ? event.data.to : event.data?.from;
  return [(event.data?.event ?? event.type).padEnd(WORD_WIDTH), other?.name ?? other?.uri, event.data?.outcome?.result]
    .filter((part) => part !== undefined)
    .join('  ');
}

function parseEvent(body: string): z.infer<typeof eventSchema> | undefined {
  try {
    return eventSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
