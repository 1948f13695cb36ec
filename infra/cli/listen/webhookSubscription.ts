import { hostname } from 'node:os';
import { z } from 'zod';
import type { RelayAddress } from '../findRelay';
import { requestRelay, toJson } from '../requestRelay';

export interface NewSubscription {
  readonly url: string;
  readonly secret: string;
  readonly format: string;
  /** Event types; without them calls and gaps. */
  readonly types: readonly string[] | undefined;
}

export interface WebhookSubscription {
  readonly id: string;
  /** What works and may surprise, in the relay's own words. */
  readonly warnings: readonly string[];
  /** Ends the subscription. Rejects where the relay cannot be reached. */
  remove(): Promise<void>;
}

const problemSchema = z.object({ title: z.string().optional(), detail: z.string().optional() });
const createdSchema = z.object({
  subscription: z.object({ id: z.string() }),
  warnings: z.array(z.string()).default([]),
});
const listSchema = z.object({
  subscriptions: z.array(z.object({ id: z.string(), description: z.string().optional() })),
});

/** By this a later run knows what one that was killed has left: this machine, and a process that is no more. */
const ORIGIN = `npm run listen on ${hostname()}, process `;
const TIMEOUT_MS = 30_000;

/**
 * Subscribes `url` at the relay, and removes the subscriptions of runs on this machine that were killed before they could.
 * Errors: an Error with the relay's own sentence.
 */
export async function subscribe(relay: RelayAddress, wanted: NewSubscription): Promise<WebhookSubscription> {
  const remove = async (id: string): Promise<void> => {
    await ask(relay, 'DELETE', `/${id}`);
  };
  const { subscriptions } = listSchema.parse(await ask(relay, 'GET', ''));
  for (const { id, description } of subscriptions) if (isLeftover(description)) await remove(id);
  const { url, secret, format, types } = wanted;
  const { subscription, warnings } = createdSchema.parse(
    await ask(relay, 'POST', '', {
      url,
      secret,
      format,
      description: `${ORIGIN}${process.pid}`,
      allowDuplicate: true,
      ...(types !== undefined && { filters: { types } }),
    }),
  );
  return { id: subscription.id, warnings, remove: () => remove(subscription.id) };
}

function isLeftover(description: string | undefined): boolean {
  if (description?.startsWith(ORIGIN) !== true) return false;
  const pid = Number(description.slice(ORIGIN.length));
  try {
    process.kill(pid, 0);
    return pid === process.pid; // a number that was given out anew
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function ask(address: RelayAddress, method: string, path: string, body?: unknown): Promise<unknown> {
  const request = { method, body, timeoutMs: TIMEOUT_MS };
  const { status, text } = await requestRelay(address, `/webhook-subscriptions${path}`, request);
  const data = toJson(text);
  if (status < 300) return data;
  const { title, detail } = problemSchema.safeParse(data).data ?? {};
  throw new Error(`The relay answered ${status}: ${detail ?? title ?? 'without a reason'}`);
}
