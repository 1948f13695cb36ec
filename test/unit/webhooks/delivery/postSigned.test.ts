import type { ResponseClass } from '../../../../shared/webhooks/delivery/classifyResponse';
import { createDeliveryPolicies } from '../../../../shared/webhooks/delivery/deliveryPolicy';
import { createOwnRound } from '../../../../shared/webhooks/delivery/concurrency';
import { createPostHealthyFirst } from '../../../../shared/webhooks/delivery/postSigned';
import { createFakeClock } from '../../../support/fakeClock';
import { sampleSubscription } from '../../../support/sampleSubscription';

const nextRound = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const rendered = { contentType: 'application/json', body: '{}' };

it('posts at once where the last attempt succeeded, and to others one in a round of the event loop, in their order', async () => {
  const policies = createDeliveryPolicies(createFakeClock());
  const [well, first, second, third] = ['well', 'first', 'second', 'third'].map((id) => sampleSubscription({ id }));
  const posted: string[] = [];
  const post = createPostHealthyFirst(
    ({ id }) => {
      posted.push(id);
      return Promise.resolve({
        kind: 'response',
        status: 200,
        headers: {},
        retryAfter: undefined,
        body: '',
        durationMs: 1,
      });
    },
    policies,
    createOwnRound(),
  );
  const postTo = (subscription = sampleSubscription()) => post(subscription, 'event', rendered, 1_000);
  const attempt = async (response: ResponseClass, subscription = sampleSubscription()) => {
    const permit = await policies(subscription).acquire(Infinity);
    if (permit.admitted) permit.release(response);
  };
  await attempt({ class: 'delivered' }, well);
  await attempt({ class: 'delivered' }, first);
  await attempt({ class: 'failed', reason: 'responded 500', retryAfterMs: undefined }, first);
  await attempt({ class: 'throttled', reason: 'responded 429', retryAfterMs: 1 }, second);

  const posts = [first, second, third, well].map(postTo);
  await Promise.resolve();
  expect(posted).toEqual(['well']);
  await nextRound();
  expect(posted).toEqual(['well', 'first']);
  await Promise.all(posts);
  expect(posted).toEqual(['well', 'first', 'second', 'third']);
  await postTo(first);
  expect(posted).toHaveLength(5);
});
