import type { z } from 'zod';
import type {
  Account,
  AccountCheck,
  Delivery,
  Recovered,
  Subscription,
  TestResult,
  Timeline,
} from '../../../shared/console/api/answers';
import type { accountCheckSchema, accountSchema } from '../../../shared/http/accounts/accountAnswers';
import type {
  deliverySchema,
  recoveredSchema,
  subscriptionViewSchema,
  testResultSchema,
} from '../../../shared/http/documents/subscriptionAnswers';
import type { timelineSchema } from '../../../shared/http/documents/timelineAnswers';

/** Fails to compile where an answer of the relay is not what the page reads. */
const reads = <Read>(answer: Read): Read => answer;

test('the page reads what the relay’s schemas describe', () => {
  const checks = [
    (answer: z.infer<typeof accountSchema>) => reads<Account>(answer),
    (answer: z.infer<typeof accountCheckSchema>) => reads<AccountCheck>(answer),
    (answer: z.infer<typeof deliverySchema>) => reads<Delivery>(answer),
    (answer: z.infer<typeof recoveredSchema>) => reads<Recovered>(answer),
    (answer: z.infer<typeof subscriptionViewSchema>) => reads<Subscription>(answer),
    (answer: z.infer<typeof testResultSchema>) => reads<TestResult>(answer),
    (answer: z.infer<typeof timelineSchema>) => reads<Timeline>(answer),
  ];
  expect(checks).toHaveLength(7);
});
