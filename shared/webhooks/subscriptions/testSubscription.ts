import type { Clock } from '../../clock';
import type { PostSigned } from '../delivery/postSigned';
import { classifyResponse } from '../delivery/classifyResponse';
import { existingSubscription } from './existingSubscription';
import type { Render } from '../formats/renderDelivery';
import { toSampleEvent, toTestEvent, type SampleEventName } from './sampleEvent';
import { timeoutMsOf } from './subscription';
import type { SubscriptionStore } from './subscriptionStore';

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

interface TestSubscriptionPorts {
  readonly store: Pick<SubscriptionStore, 'find'>;
  readonly post: PostSigned;
  readonly render: Render;
  readonly clock: Clock;
}

/** The caller waits for it. */
const MAX_TEST_MS = 7000;

/**
 * Sends one event, signed as any other, now and once; also while paused or disabled, and whatever the filters are: of type
 * `ucwa.subscription.test`, or the named one of a sample call. It is no delivery: it stands in no log and counts for nothing.
 * The response's headers are waited for 7 s at most. Errors: `notFound`, those of DecryptSubscription.
 */
export function createTestSubscription({ store, post, render, clock }: TestSubscriptionPorts) {
  return async (id: string, sample?: SampleEventName): Promise<TestResult> => {
    const subscription = await existingSubscription(store, id);
    const test = toTestEvent(id, clock.now());
    const event = sample === undefined ? test : toSampleEvent(sample, test.id, test.timeMs);
    const rendered = render(event, subscription);
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
