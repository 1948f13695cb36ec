import type {
  CorrelationRuleFilter,
  ServiceBusClient,
  ServiceBusMessage,
  ServiceBusRuleManager,
  SqlRuleFilter,
} from '@azure/service-bus';
import { empty } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

let bus: TestBus;
let client: ServiceBusClient;
let rules: ServiceBusRuleManager;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
  rules = client.createRuleManager('filtered', 'rules');
});
/** Stays, because the SDK's listing stumbles when there is nothing to list. */
const NEVER = 'never';

beforeEach(async () => {
  const names = [];
  for await (const { name } of rules.listRules()) names.push(name);
  if (!names.includes(NEVER)) await rules.createRule(NEVER, { sqlExpression: '1=0' });
  for (const name of names) if (name !== NEVER) await rules.deleteRule(name);
  await empty(client, 'filtered/rules', bus.noneWithinMs);
});
afterAll(() => bus.close());

const message: ServiceBusMessage = {
  body: 'x',
  messageId: 'the id',
  subject: 'the subject',
  correlationId: 'thread-1',
  contentType: 'application/json',
  replyTo: 'somewhere',
  to: 'someone',
  applicationProperties: {
    type: 'ucwa.audioVideoInvitation.started',
    count: 5,
    price: 2.5,
    active: true,
    quoted: "it's",
    'with space': 1,
    path: '100%_sure',
    pattern: '100!%%',
    größe: 3,
    'a]b': 1,
    'say "hi"': 1,
  },
};

const matches = async (filter: SqlRuleFilter | CorrelationRuleFilter): Promise<boolean> => {
  await rules.createRule('rule', filter);
  await client.createSender('filtered').sendMessages(message);
  return (await empty(client, 'filtered/rules', bus.noneWithinMs)).length === 1;
};

test.each([
  ['1=1', true],
  ['1=0', false],
  ["type = 'ucwa.audioVideoInvitation.started'", true],
  ["user.type = 'ucwa.audioVideoInvitation.started'", true],
  ["type <> 'other'", true],
  ["type != 'other'", true],
  ['[with space] = 1 AND "with space" < 2', true],
  ['count = 5', true],
  ['count > 4 AND count < 6', true],
  ['count >= 5 AND count <= 5', true],
  ['price = 2.5', true],
  ['count > -1', true],
  ['active = TRUE', true],
  ['active', true],
  ['NOT active', false],
  ["quoted = 'it''s'", true],
  ["type LIKE 'ucwa.%'", true],
  ["type LIKE '%.starte_'", true],
  ["type NOT LIKE '%completed'", true],
  ["path LIKE '100\\%\\_%' ESCAPE '\\'", true],
  ["path LIKE '200\\%%' ESCAPE '\\'", false],
  ["type LIKE 'UCWA.%'", false],
  ['count IN (1, 5, 7)', true],
  ['count NOT IN (1, 5, 7)', false],
  ['missing IS NULL', true],
  ['count IS NOT NULL', true],
  ['EXISTS(count)', true],
  ['EXISTS(missing) OR EXISTS(count)', true],
  ['NOT EXISTS(missing)', true],
  ['missing = 5', false],
  ['NOT (missing = 5)', false],
  ['missing <> 5', false],
  ["count = '5'", false],
  ["sys.Label = 'the subject' AND sys.MessageId = 'the id' AND sys.CorrelationId = 'thread-1'", true],
  ["sys.ContentType LIKE '%json' AND sys.ReplyTo = 'somewhere' AND sys.To = 'someone'", true],
  ['sys.SessionId IS NULL', true],
  ['1 = 2 OR 1 = 1 AND 2 = 3', false],
  ['(1 = 1 OR 1 = 2) AND NOT (2 = 3)', true],
  ["type = 'x' or not count in (1,2) and exists(price)", true],
  ['-count = -5', true],
  ['+count = 5 AND - -count = 5', true],
  ['count + 1 = 6 AND count - 1 = 4 AND count * 2 = 10', true],
  ['count / 2 = 2 AND count % 2 = 1', true],
  ['count / 2.0 = 2.5 AND price * 2 = 5', true],
  ['1 + 2 * 3 = 7 AND (1 + 2) * 3 = 9', true],
  ['count / 0 = 1 OR NOT (count / 0 = 1)', false],
  ["'thr' + 'ead' = 'thread'", true],
  ["type + 5 = 'x' OR type + 5 <> 'x'", false],
  ['9007199254740993 = 9007199254740992', false],
  ['9007199254740993 - 9007199254740992 = 1', true],
  ['(count) = 5 AND ((count)) > (4)', true],
  ['(count > 4) = TRUE', true],
  ["p('count') = 5 AND property('COUNT') = 5", true],
  ["p('mis' + 'sing') IS NULL", true],
  ["path LIKE pattern ESCAPE '!'", true],
  ["type LIKE 'ucwa.' + '%'", true],
  ["count LIKE '5'", false],
  ['newid() = newid()', false],
  ['newid() <> newid()', true],
  ['COUNT = 5 AND user.Count = 5 AND [COUNT] = 5 AND EXISTS(cOuNt)', true],
  ['größe = 3 AND GRÖSSE IS NULL', true],
  ['[a]]b] = 1 AND "say ""hi""" = 1', true],
  ['sys.EnqueuedTimeUtc IS NOT NULL AND sys.EnqueuedTimeUtc <= sys.EnqueuedTimeUtc', true],
  ['sys.SequenceNumber > 0 AND SYS.deliverycount = 0', true],
  ['.5 + 1e3 = 1000.5', true],
  ['property = 1 OR p = 1', false],
])('the SQL filter %s: %s', async (sqlExpression, expected) => {
  expect(await matches({ sqlExpression })).toBe(expected);
});

test.each<[CorrelationRuleFilter, boolean]>([
  [{ subject: 'the subject' }, true],
  [{ subject: 'another' }, false],
  [
    {
      correlationId: 'thread-1',
      messageId: 'the id',
      to: 'someone',
      replyTo: 'somewhere',
      contentType: 'application/json',
    },
    true,
  ],
  [{ applicationProperties: { count: 5, active: true } }, true],
  [{ applicationProperties: { count: 5, missing: 'x' } }, false],
  [{ subject: 'the subject', applicationProperties: { count: 6 } }, false],
])('the correlation filter %j: %s', async (filter, expected) => {
  expect(await matches(filter)).toBe(expected);
});

test('one match of several rules is enough, and gives one message', async () => {
  await rules.createRule('one', { sqlExpression: 'count = 5' });
  await rules.createRule('two', { sqlExpression: 'active = TRUE' });
  expect(await matches({ sqlExpression: '1=0' })).toBe(true);
});

test('without a rule that matches nothing arrives', async () => {
  await client.createSender('filtered').sendMessages(message);
  expect(await empty(client, 'filtered/rules', bus.noneWithinMs)).toEqual([]);
});

test('rules are listed as they were made', async () => {
  await rules.createRule('sql', { sqlExpression: 'count > 3' });
  await rules.createRule('correlation', {
    subject: 's',
    correlationId: 'c',
    applicationProperties: { a: 1, b: 'two', c: false },
  });
  const listed = [];
  for await (const { name, filter } of rules.listRules()) if (name !== NEVER) listed.push({ name, filter });
  expect(listed).toMatchObject([
    { name: 'sql', filter: { sqlExpression: 'count > 3' } },
    {
      name: 'correlation',
      filter: { subject: 's', correlationId: 'c', applicationProperties: { a: 1, b: 'two', c: false } },
    },
  ]);
  await rules.deleteRule('sql');
  const left = [];
  for await (const { name } of rules.listRules()) left.push(name);
  expect(left).toEqual([NEVER, 'correlation']);
});

test('a rule of the same name is refused', async () => {
  await rules.createRule('same', { sqlExpression: '1=1' });
  await expect(rules.createRule('same', { sqlExpression: '1=0' })).rejects.toMatchObject({
    code: 'MessagingEntityAlreadyExists',
  });
});

test('a rule that is not there cannot be deleted', async () => {
  await expect(rules.deleteRule('nobody')).rejects.toMatchObject({ code: 'MessagingEntityNotFound' });
});

test.each([
  'count =',
  'count = 5 AND',
  'name LIKE 5',
  'count IN ()',
  "sys.Nonsense = 'x'",
  '#',
  'other.count = 1',
  'count + = 6',
  'count = @wanted',
  'SET count = 1',
  '5',
  'abs(count) = 5',
  `count = ${'1'.repeat(1024)}`,
  "unclosed = 'x",
])('the SQL filter %s is refused, with the reason', async (sqlExpression) => {
  await expect(rules.createRule('bad', { sqlExpression })).rejects.toMatchObject({
    name: 'ServiceBusError',
    code: 'GeneralError',
  });
});
