import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { parseConfig } from '../../../infra/local/service-bus/config/parseConfig';
import { readProductConfig, type ProductConfig } from '../../../infra/local/service-bus/config/productConfig';
import { problemsOfEmulatorConfig } from '../../support/emulatorConfig';
import { startTestServiceBus } from '../../support/serviceBus';

const withQueue = (Properties: Record<string, unknown>, Name = 'q'): unknown => ({
  UserConfig: { Namespaces: [{ Name: 'n', Queues: [{ Name, Properties }] }] },
});
const withRule = (Properties: unknown): unknown => ({
  UserConfig: {
    Namespaces: [
      { Name: 'n', Topics: [{ Name: 't', Subscriptions: [{ Name: 's', Rules: [{ Name: 'r', Properties }] }] }] },
    ],
  },
});

test('a queue that says nothing has the defaults of Microsoft’s emulator', () => {
  const { queues, notes } = parseConfig(withQueue({}));
  expect(queues).toEqual([
    {
      name: 'q',
      lockDurationMs: 60_000,
      maxDeliveryCount: 3,
      defaultTtlMs: 3_600_000,
      deadLetterOnExpiry: false,
      requiresSession: false,
      duplicateWindowMs: undefined,
      maxSizeBytes: undefined,
    },
  ]);
  expect(notes).toEqual(['namespace: the name is n (emulator: sbemulatorns)']);
});

test.each([
  ['PT0.1S', 100],
  ['PT1.5S', 1500],
  ['PT5M', 300_000],
  ['PT1H30M', 5_400_000],
  ['P1D', 86_400_000],
  ['P1DT12H', 129_600_000],
])('the duration %s is %i ms', (LockDuration, ms) => {
  expect(parseConfig(withQueue({ LockDuration })).queues[0]?.lockDurationMs).toBe(ms);
});

test.each(['PT0.05S', 'PT', 'P', '5 minutes', '', 'PT-5S', 'PT5'])(
  'the duration %j is refused, naming the property',
  (LockDuration) => {
    expect(() => parseConfig(withQueue({ LockDuration }))).toThrow(/Queues\.0\.Properties\.LockDuration: .*ISO 8601/);
  },
);

test.each([
  ['no namespace', { UserConfig: { Namespaces: [] } }, /Namespaces: holds exactly one namespace/],
  ['nothing', null, /the file: /],
  ['an unknown property', withQueue({ LockDurations: 'PT5S' }), /Queues\.0\.Properties: .*LockDurations/],
  ['a wrong type', withQueue({ RequiresSession: 'yes' }), /RequiresSession: /],
  ['forwarding', withQueue({ ForwardTo: 'other' }), /ForwardTo: is not supported/],
  ['partitions', withQueue({ EnablePartitioning: true }), /EnablePartitioning: is not supported/],
  ['a bad name', withQueue({}, '/q/'), /Queues\.0\.Name: /],
  [
    'two entities of one name',
    { UserConfig: { Namespaces: [{ Name: 'n', Queues: [{ Name: 'same' }], Topics: [{ Name: 'Same' }] }] } },
    /Same: there are two/,
  ],
  ['an unknown kind of filter', withRule({ FilterType: 'Regex' }), /FilterType: /],
  [
    'an SQL filter that cannot be read',
    withRule({ FilterType: 'Sql', SqlFilter: { SqlExpression: 'a ==' } }),
    /`a ==`/,
  ],
  [
    'an action',
    withRule({ FilterType: 'Sql', SqlFilter: { SqlExpression: '1=1' }, Action: { SqlExpression: 'SET a=1' } }),
    /Action: is not supported/,
  ],
])('%s is refused, saying what and where', (_, config, message) => {
  expect(() => parseConfig(config)).toThrow(message);
});

test('every problem is told at once', () => {
  expect(() => parseConfig(withQueue({ LockDuration: 'x', MaxDeliveryCount: 0 }))).toThrow(
    /LockDuration[^]*MaxDeliveryCount/,
  );
});

test('what Microsoft’s emulator would not take is taken, with a line for each entity', () => {
  const { notes } = parseConfig(
    withQueue({
      LockDuration: 'PT0.5S',
      DefaultMessageTimeToLive: 'P1DT1H',
      RequiresDuplicateDetection: true,
      DuplicateDetectionHistoryTimeWindow: 'PT1H',
      MaxDeliveryCount: 11,
      MaxSizeInMegabytes: 1,
    }),
  );
  expect(notes).toEqual([
    'namespace: the name is n (emulator: sbemulatorns)',
    'q: DefaultMessageTimeToLive is P1DT1H (emulator: PT5M to PT1H), LockDuration is PT0.5S (emulator: PT5S to PT5M), ' +
      'MaxDeliveryCount is 11 (emulator: at most 10), DuplicateDetectionHistoryTimeWindow is PT1H (emulator: PT20S to PT5M), ' +
      'MaxSizeInMegabytes is 1 (emulator: not known)',
  ]);
});

describe.each([
  ['the product’s Config.json', '../../../infra/local/service-bus/Config.json'],
  ['the Config.json of the conformance checks', '../../../infra/local/service-bus/conformance/Config.json'],
])('%s', (_, file) => {
  const config = JSON.parse(readFileSync(join(__dirname, file), 'utf8')) as ProductConfig;

  test('is one of Microsoft’s emulator, by its schema', () => {
    expect(problemsOfEmulatorConfig(config)).toEqual([]);
  });

  test('is within the emulator’s limits', () => {
    expect(parseConfig(config).notes).toEqual([]);
  });
});

test('what is layered on Config.json is said, and nothing else', () => {
  const said = parseConfig(readProductConfig()).notes.flatMap((line) =>
    line
      .slice(line.indexOf(': ') + 2)
      .split(', ')
      .map((difference) => `${line.slice(0, line.indexOf(': '))} ${difference.replace(/ is (\S+) .*/, ' $1')}`),
  );
  const overlay = JSON.parse(
    readFileSync(join(__dirname, '../../../infra/local/service-bus/Config.overlay.json'), 'utf8'),
  ) as ProductConfig;
  const {
    Queues,
    Topics: [topic],
  } = overlay.UserConfig.Namespaces[0];
  const layered = [
    ...[...Queues, topic].map((entity) => [entity.Name, entity.Properties] as const),
    ...topic.Subscriptions.map((one) => [`${topic.Name}/Subscriptions/${one.Name}`, one.Properties] as const),
  ].flatMap(([name, properties]) =>
    Object.entries(properties).map(([property, value]) => `${name} ${property} ${String(value)}`),
  );
  expect(said.sort()).toEqual(layered.sort());
});

test('the product’s own entities are there, and the topic reaches its subscriptions', async () => {
  const bus = await startTestServiceBus();
  const client = new ServiceBusClient(bus.connectionString);
  await client.createSender('invitation-events').sendMessages({ body: 'x' });
  for (const queue of ['invitation-commands', 'webhook-retries', 'unreadable-events'])
    await client.createSender(queue).sendMessages({ body: queue });
  const entities = bus.entities();
  await client.close();
  await bus.close();
  expect(entities).toMatchObject({
    'invitation-commands': { active: 1 },
    'webhook-retries': { active: 1 },
    'unreadable-events': { active: 1 },
    'invitation-events/Subscriptions/webhooks': { active: 1 },
    'invitation-events/Subscriptions/all': { active: 1 },
  });
});
