import { createDeliveryPolicies } from '../../../../shared/webhooks/delivery/deliveryPolicy';
import { createPostFailingLast } from '../../../../shared/webhooks/delivery/postSigned';
import { createFakeClock } from '../../../support/fakeClock';
import { sampleSubscription } from '../../../support/sampleSubscription';

const nextRound = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const rendered = { contentType: 'application/json', body: '{}' };

it('posts to those that fail one in a round of the event loop, in their order, and to others at once', async () => {
  const policies = createDeliveryPolicies(createFakeClock());
  const [well, first, second, third] = ['well', 'first', 'second', 'third'].map((id) => sampleSubscription({ id }));
  const posted: string[] = [];
  const post = createPostFailingLast(({ id }) => {
    posted.push(id);
    return Promise.resolve({
      kind: 'response',
      status: 200,
      headers: {},
      retryAfter: undefined,
      body: '',
      durationMs: 1,
    });
  }, policies);
  const postTo = (subscription = sampleSubscription()) => post(subscription, 'event', rendered, 1_000);
  for (const subscription of [first, second, third]) {
    const permit = await policies(subscription ?? sampleSubscription()).acquire(Infinity);
    if (permit.admitted) permit.release({ result: 'failed', reason: 'responded 500' });
  }

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
