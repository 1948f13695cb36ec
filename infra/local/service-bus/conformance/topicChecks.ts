import type { ServiceBusMessage, ServiceBusRuleManager } from '@azure/service-bus';
import { expectEqual, expectRefusal, type BusUnderTest, type CheckGroup } from './check';

const TOPIC = 'conformance-topic';

const MESSAGES: readonly ServiceBusMessage[] = [
  { body: 'a', subject: 'ring', applicationProperties: { count: 5, price: 2.5, urgent: true, who: "it's" } },
  { body: 'b', subject: 'end', applicationProperties: { count: 6 } },
];

/** SQL filters, and the bodies of the messages above that each matches. */
const SQL: readonly (readonly [string, string])[] = [
  ['1=1', 'ab'],
  ['1=0', ''],
  ['count = 5', 'a'],
  ['COUNT + 1 = 6', 'a'],
  ['count % 2 = 0', 'b'],
  ['price > 2 AND urgent = TRUE', 'a'],
  ["who = 'it''s'", 'a'],
  ['price IS NULL', 'b'],
  ['NOT EXISTS(price)', 'b'],
  ['price <> 2', 'a'],
  ["sys.Label LIKE 'r%'", 'a'],
  ["sys.Label NOT IN ('ring')", 'b'],
  ["p('count') = 6", 'b'],
  ['(count = 5 OR count = 6) AND -count < -5', 'b'],
];

async function withRule(
  { client }: BusUnderTest,
  add: (rules: ServiceBusRuleManager) => Promise<unknown>,
): Promise<ServiceBusRuleManager> {
  const rules = client.createRuleManager(TOPIC, 'filtered');
  for await (const { name } of rules.listRules()) await rules.deleteRule(name);
  await add(rules);
  return rules;
}

async function matched(bus: BusUnderTest): Promise<string> {
  await bus.send(TOPIC, ...MESSAGES);
  const receiver = bus.client.createReceiver(TOPIC, 'filtered', { receiveMode: 'receiveAndDelete' });
  let bodies = '';
  for (;;) {
    const messages = await receiver.receiveMessages(10, { maxWaitTimeInMs: 700 });
    if (messages.length === 0) break;
    bodies += messages.map(({ body }) => String(body)).join('');
  }
  await receiver.close();
  return bodies;
}

/** Topics, subscriptions and their rules. */
export const topicChecks: CheckGroup = {
  name: 'topics',
  entities: [`${TOPIC}/all`, `${TOPIC}/filtered`],
  checks: [
    {
      title: 'a subscription without rules gets every message',
      run: async ({ client, send, receive }) => {
        await send(TOPIC, ...MESSAGES);
        const receiver = client.createReceiver(TOPIC, 'all', { receiveMode: 'receiveAndDelete' });
        expectEqual(
          'bodies',
          (await receive(receiver, 2)).map(({ body }) => String(body)),
          ['a', 'b'],
        );
        await receiver.close();
      },
    },
    ...SQL.map(([sqlExpression, bodies]) => ({
      title: `the SQL filter ${sqlExpression} matches ${bodies === '' ? 'nothing' : bodies.split('').join(' and ')}`,
      run: async (bus: BusUnderTest) => {
        await withRule(bus, (manager) => manager.createRule('rule', { sqlExpression }));
        expectEqual('matched', await matched(bus), bodies);
      },
    })),
    {
      title: 'a correlation filter matches what is equal in all that it names',
      run: async (bus) => {
        const filter = { subject: 'ring', applicationProperties: { count: 5 } };
        await withRule(bus, (manager) => manager.createRule('rule', filter));
        expectEqual('matched', await matched(bus), 'a');
      },
    },
    {
      title: 'a rule is listed, not added twice, and not deleted twice',
      run: async (bus) => {
        const rules = await withRule(bus, (manager) => manager.createRule('rule', { sqlExpression: 'count = 5' }));
        const names = [];
        for await (const { name } of rules.listRules()) names.push(name);
        expectEqual('names', names, ['rule']);
        await expectRefusal('MessagingEntityAlreadyExists', rules.createRule('rule', { sqlExpression: '1=1' }));
        await rules.createRule('other', { sqlExpression: '1=0' });
        await rules.deleteRule('rule');
        await expectRefusal('MessagingEntityNotFound', rules.deleteRule('rule'));
      },
    },
  ],
};
