import { createHash } from 'node:crypto';
import type { Clock } from '../../clock';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { toCloudEvent } from '../../invitations/events/cloudEvent';
import type { PostSigned } from '../delivery/postSigned';
import { classifyResponse } from '../delivery/classifyResponse';
import { toFlatEvent } from '../formats/flatEvent';
import { existingSubscription } from './existingSubscription';
import type { Render, RenderedDelivery } from '../formats/renderDelivery';
import { toSampleEvent, type SampleEventName } from './sampleEvent';
import { timeoutMsOf, type Subscription } from './subscription';
import { CLOUDEVENTS_JSON } from './subscriptionRequest';
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
 * Sends one event, signed as any other, now and once; also while paused or disabled, and whatever the filters are: of type
 * `ucwa.subscription.test`, or the named one of a sample call. Takes 7 s at most. Errors: `notFound`, those of
 * DecryptSubscription.
 */
export type TestSubscription = (id: string, sample?: SampleEventName) => Promise<TestResult>;

export interface TestSubscriptionPorts {
  readonly store: Pick<SubscriptionStore, 'find'>;
  readonly post: PostSigned;
  readonly render: Render;
  readonly clock: Clock;
}

/** The caller waits for it. */
const MAX_TEST_MS = 7000;

/** It is no delivery: it stands in no log and counts for nothing. */
export function createTestSubscription({ store, post, render, clock }: TestSubscriptionPorts): TestSubscription {
  return async (id, sample) => {
    const subscription = await existingSubscription(store, id);
    const test = toTestEvent(subscription, clock.now());
    const event = sample === undefined ? test : toSampleEvent(sample, test.id, test.timeMs);
    const rendered = event === test ? renderTest(test, subscription) : render(event, subscription);
    if (rendered === undefined)
      return {
        delivered: false,
        reason: `The format ${subscription.format} shows nothing of such an event.`,
        durationMs: 0,
      };
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

function renderTest(
  event: RelayEvent<string, SubscriptionTest>,
  { format, contentType = CLOUDEVENTS_JSON }: Pick<Subscription, 'format' | 'contentType'>,
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
