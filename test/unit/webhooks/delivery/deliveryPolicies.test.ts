import { createDeliveryPolicies } from '../../../../shared/webhooks/delivery/deliveryPolicies';
import { createFakeClock } from '../../../support/fakeClock';

const policies = createDeliveryPolicies(createFakeClock());
const policy = policies({ id: 'sub_a', changedAtMs: 1 });

test.each([
  ['keeps one policy for a subscription', { id: 'sub_a', changedAtMs: 1 }, true],
  ['begins anew when the subscription is changed', { id: 'sub_a', changedAtMs: 2 }, false],
  ['has one for each subscription', { id: 'sub_b', changedAtMs: 1 }, false],
])('%s', (_title, subscription, isSame) => expect(policies(subscription) === policy).toBe(isSame));
