import type { CrowdMember } from './subscriberCrowd';
import { startTestRelay, type TestRelay, type TestRelayOptions } from './relay';

/** What a relay needs to send webhooks to this machine. */
export const webhookSettings = {
  RELAY_ENCRYPTION_KEY: Buffer.alloc(32, 'k').toString('base64'),
  WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8',
} as const;

export interface CreatedAnswer {
  readonly subscription: { readonly id: string };
  readonly secret: string;
  readonly warnings: readonly string[];
}

/** As startTestRelay, for a relay that may send webhooks to loopback. */
export function startWebhookRelay({ settings = {}, ...options }: TestRelayOptions = {}): Promise<TestRelay> {
  return startTestRelay({ ...options, settings: { ...webhookSettings, ...settings } });
}

/** Subscribes a URL through the API; resolves to what it answered. */
export async function subscribe(relay: TestRelay, request: object): Promise<CreatedAnswer> {
  const answer = await relay.http().post<CreatedAnswer>('/webhook-subscriptions', request);
  if (answer.status !== 201)
    throw new Error(`The subscription was answered ${String(answer.status)}: ${JSON.stringify(answer.data)}`);
  return answer.data;
}

/** Names that do not resolve keep their creation waiting for 4 s. */
const CREATIONS_AT_ONCE = 16;

/** Subscribes them, some at once; their ids. */
export async function subscribeMembers(
  relay: TestRelay,
  members: readonly CrowdMember[],
): Promise<ReadonlyMap<CrowdMember, string>> {
  const ids = new Map<CrowdMember, string>();
  const left = [...members];
  const subscribeRest = async (): Promise<void> => {
    for (let member = left.shift(); member !== undefined; member = left.shift())
      ids.set(member, (await subscribe(relay, member.request)).subscription.id);
  };
  await Promise.all(Array.from({ length: CREATIONS_AT_ONCE }, subscribeRest));
  return ids;
}
