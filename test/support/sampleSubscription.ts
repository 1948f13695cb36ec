import type { Subscription } from '../../shared/webhooks/subscriptions/subscription';

/** An active subscription that hears every invitation. */
export function sampleSubscription(changes: Partial<Subscription> = {}): Subscription {
  return {
    id: 'sub_a',
    encrypted: 'x',
    shownUrl: 'https://subscriber.example/hook/REDACTED',
    headerNames: [],
    earlierSecretsUntilMs: [],
    filters: {},
    format: 'cloudevents',
    handshake: 'skip',
    state: { name: 'active' },
    createdBy: 'key:a',
    createdAtMs: 1,
    changedAtMs: 1,
    ...changes,
  };
}
