import axios from 'axios';
import { z } from 'zod';

/** By this the stack knows its own subscription again, in storage that outlives it. */
const DESCRIPTION = 'The sample receiver of the local stack';

const listSchema = z.object({
  subscriptions: z.array(z.object({ id: z.string(), description: z.string().optional() })),
});

export interface ReceiverFacts {
  readonly functionsUrl: string;
  readonly functionsKey: string;
  readonly receiverUrl: string;
  /** `whsec_…` of the receiver. */
  readonly secret: string;
}

/**
 * Subscribes the sample receiver to all events through the public API, or points the subscription of an earlier start
 * at it. Rejects with what the API said.
 */
export async function subscribeReceiver({
  functionsUrl,
  functionsKey,
  receiverUrl,
  secret,
}: ReceiverFacts): Promise<void> {
  const api = axios.create({
    baseURL: `${functionsUrl}/api/webhook-subscriptions`,
    headers: { 'x-functions-key': functionsKey },
    proxy: false,
  });
  const { subscriptions } = listSchema.parse((await api.get('')).data);
  const ours = subscriptions.find(({ description }) => description === DESCRIPTION);
  const url = `${receiverUrl}/`;
  if (ours === undefined) await api.post('', { url, description: DESCRIPTION, secret });
  else await api.patch(`/${ours.id}`, { url, state: 'active' });
}
