import type { DeliveryPolicies } from './deliveryPolicy';
import type { PostSigned } from './postSigned';

/**
 * Posts to a subscriber whose last attempt failed one at a time in a round of the event loop, in their order; to any other at once. Signing
 * and sending to hundreds that fail takes a good part of a second: without this, a ring for a subscriber that is well would wait for that.
 */
export function createPostFailingLast(post: PostSigned, policies: DeliveryPolicies): PostSigned {
  const waiting: (() => void)[] = [];
  const goOn = (): void => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(goOn);
  };
  const afterOthers = (): Promise<void> =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(goOn);
    });
  return async (subscription, ...rest) => {
    if (policies(subscription).failingSinceMs() !== undefined) await afterOthers();
    return post(subscription, ...rest);
  };
}
