import { createHash } from 'node:crypto';
import type { Clock } from '../../clock';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { toCloudEvent } from '../../invitations/events/cloudEvent';
import type { PostSigned } from '../delivery/postSigned';
import { classifyResponse } from '../delivery/classifyResponse';
import { toFlatEvent } from '../formats/flatEvent';
import { existingSubscription } from './existingSubscription';
import type { RenderedDelivery } from '../formats/renderDelivery';
import { timeoutMsOf, type Subscription } from './subscription';
import { CLOUDEVENTS_JSON, type ContentType, type Format } from './subscriptionRequest';
import type { SubscriptionStore } from './subscriptionStore';
import { toNoticeCard } from '../formats/teamsCard';

/** `data` of `ucwa.subscription.test`. */
export interface SubscriptionTest {
  readonly subscriptionId: string;
  readonly message: string;
}

export interface TestResult {
  readonly delivered: boolean;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** Why it was not delivered, in a sentence. */
  readonly reason?: string;
  /** The answer's first 4 KiB, redacted. */
  readonly response?: string;
  readonly durationMs: number;
}

/**
 * Sends one event of type `ucwa.subscription.test`, signed as any other, now and once; also while paused or disabled.
 * Takes 7 s at most. Errors: `notFound`, those of DecryptSubscription.
 */
export type TestSubscription = (id: string) => Promise<TestResult>;

export interface TestSubscriptionPorts {
  readonly store: Pick<SubscriptionStore, 'find'>;
  readonly post: PostSigned;
  readonly clock: Clock;
}

/** The caller waits for it. */
const MAX_TEST_MS = 7000;

/** It is no delivery: it stands in no log and counts for nothing. */
export function createTestSubscription({ store, post, clock }: TestSubscriptionPorts): TestSubscription {
  return async (id) => {
    const subscription = await existingSubscription(store, id);
    const event = toTestEvent(subscription, clock.now());
    const rendered = render(event, subscription.format, subscription.contentType);
    const timeoutMs = Math.min(timeoutMsOf(subscription, false), MAX_TEST_MS);
    const result = await post(subscription, event.id, rendered, timeoutMs);
    const answer = classifyResponse(result, clock.now());
    return {
      delivered: answer.class === 'delivered',
      ...(result.kind === 'response' && { status: result.status, response: result.body }),
      ...(answer.class !== 'delivered' && { reason: answer.reason }),
      durationMs: result.durationMs,
    };
  };
}

function toTestEvent({ id }: Subscription, timeMs: number): RelayEvent<'ucwa.subscription.test', SubscriptionTest> {
  return {
    id: createHash('sha256').update(`subscription-test\n${id}\n${timeMs}`).digest('hex').slice(0, 40),
    type: 'ucwa.subscription.test',
    account: 'urn:ucwa-relay:webhooks',
    subject: id,
    timeMs,
    data: { subscriptionId: id, message: 'This is a test; nobody is calling.' },
  };
}

function render(
  event: RelayEvent<string, SubscriptionTest>,
  format: Format,
  contentType: ContentType = CLOUDEVENTS_JSON,
): RenderedDelivery {
  switch (format) {
    case 'cloudevents':
      return { contentType: `${contentType}; charset=utf-8`, body: JSON.stringify(toCloudEvent(event)) };
    case 'flat':
      return {
        contentType: 'application/json; charset=utf-8',
        body: JSON.stringify({ ...toFlatEvent(event), event: 'test' }),
      };
    case 'teams':
      return {
        contentType: 'application/json; charset=utf-8',
        body: JSON.stringify(toNoticeCard({ title: 'Calls will be shown here', lines: [event.data.message] })),
      };
  }
}
