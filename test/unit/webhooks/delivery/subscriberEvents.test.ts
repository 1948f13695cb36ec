import { toSubscriberEvent } from '../../../../shared/webhooks/delivery/subscriberEvents';
import { sampleSubscription } from '../../../support/sampleSubscription';

const subscription = sampleSubscription({ description: 'Front desk' });

it('says what happened to which subscriber, without the secret part of its URL', () => {
  const event = toSubscriberEvent('failing', subscription, 'responded 500', 5, 1);
  expect(event).toMatchObject({
    type: 'ucwa.subscription.failing',
    subject: 'sub_a',
    timeMs: 5,
    data: { subscriptionId: 'sub_a', description: 'Front desk', reason: 'responded 500' },
  });
  expect(JSON.stringify(event)).not.toContain('secret');
});

it('has the same id for the same occurrence, whichever process reports it and when', () => {
  const id = (...[name, occurrence]: [Parameters<typeof toSubscriberEvent>[0], number]) =>
    toSubscriberEvent(name, subscription, 'any', Math.random(), occurrence).id;
  expect(id('failing', 1)).toBe(id('failing', 1));
  expect(new Set([id('failing', 1), id('failing', 2), id('recovered', 1)]).size).toBe(3);
});
