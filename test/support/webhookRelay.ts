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

/** Subscribes them one after another; their ids. */
export async function subscribeMembers(
  relay: TestRelay,
  members: readonly CrowdMember[],
): Promise<ReadonlyMap<CrowdMember, string>> {
  const ids = new Map<CrowdMember, string>();
  for (const member of members) ids.set(member, (await subscribe(relay, member.request)).subscription.id);
  return ids;
}
