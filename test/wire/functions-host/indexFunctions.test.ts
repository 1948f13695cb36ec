import { indexFunctions } from '../../../infra/local/functions-host/indexFunctions';
import { fixtureApp } from './fixtureApp';

test('lists what an app registers, with its triggers, settings not resolved', async () => {
  expect(await indexFunctions(fixtureApp('bus'))).toEqual(
    expect.arrayContaining([
      {
        name: 'fromQueue',
        type: 'serviceBusTrigger',
        trigger: { connection: 'ServiceBusConnection', queueName: '%QUEUE_NAME%' },
      },
      {
        name: 'fromTopic',
        type: 'serviceBusTrigger',
        trigger: { connection: 'ServiceBusConnection', topicName: 'topic', subscriptionName: 'subscription' },
      },
    ]),
  );
});

test('gives the route of an HTTP function with its prefix', async () => {
  const [first] = await indexFunctions(fixtureApp('endless'));
  expect(first).toEqual({
    name: 'endless',
    type: 'httpTrigger',
    route: 'api/endless',
    trigger: { methods: ['GET'], authLevel: 'anonymous' },
  });
});

test.each([
  ['broken', 'entry file functions/b-bad.js throws: cannot load this'],
  ['unbuilt', 'matches "functions/*.js"'],
])('fails for the app "%s" with the words of the host', async (app, words) => {
  await expect(indexFunctions(fixtureApp(app))).rejects.toThrow(words);
});
