import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readProductConfig, type EntityConfig } from '../../../infra/local/service-bus/config/productConfig';
import { busAccess, busEntities, entityPath } from '../../../shared/messaging/busEntities';
import { azureFolder } from '../../support/bicep';

type Properties = Readonly<Record<string, unknown>>;
interface Entity {
  readonly name: string;
  /** What the relay may do with a queue. */
  readonly access?: readonly ('send' | 'receive')[];
  readonly properties: Properties;
  readonly subscriptions?: readonly Entity[];
}
type LocalEntity = EntityConfig & { readonly Subscriptions?: readonly EntityConfig[] };

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const azure = readJson(join(azureFolder, 'entities.json')) as {
  queues: Entity[];
  topics: Entity[];
  consumerSubscription: Properties;
};
const local = readProductConfig();

/** Where the local namespace differs, and why. */
const overrides = {
  /** Its configuration has no sizes; the local bus takes its own. */
  withoutSize: 'maxSizeInMegabytes',
  /**
   * For looking at what goes by, for a consumer to try, and for the screen of `npm start`; in Azure, consumers name
   * theirs in `consumerSubscriptions`.
   */
  localSubscriptions: ['all', 'consumer', 'screen'],
  /** For answers to commands that are tried. */
  localQueues: ['replies'],
};

/** An entity of the local configuration as entities.json would say it. */
function toAzure({ Name, Properties: properties, Subscriptions }: LocalEntity): Entity {
  return {
    name: Name,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, value]),
    ),
    ...(Subscriptions === undefined
      ? {}
      : {
          subscriptions: Subscriptions.filter(
            (subscription) => !overrides.localSubscriptions.includes(subscription.Name),
          ).map(toAzure),
        }),
  };
}

const withoutSize = ({ access: _access, ...entity }: Entity): Entity => ({
  ...entity,
  properties: Object.fromEntries(Object.entries(entity.properties).filter(([name]) => name !== overrides.withoutSize)),
});

const [namespace] = local.UserConfig.Namespaces;
const all = [...azure.queues, ...azure.topics];

describe('the list of entities', () => {
  it('is the local bus’s, but for what is named here', () => {
    const queues = namespace.Queues.filter(({ Name }) => !overrides.localQueues.includes(Name));
    expect(queues.map(toAzure)).toEqual(azure.queues.map(withoutSize));
    expect(namespace.Topics.map(toAzure)).toEqual(azure.topics.map(withoutSize));
  });

  it('has the rights that the code needs at each queue, and no other', () => {
    expect(azure.queues.flatMap(({ name, access = [] }) => access.map((each) => `${each} ${name}`)).sort()).toEqual(
      busAccess
        .filter(({ entity }) => entity !== busEntities.events)
        .map(({ access, entity }) => `${access} ${entity}`)
        .sort(),
    );
  });

  it('has the subscriptions that functions read, and no other', () => {
    const subscriptions = azure.topics.flatMap((topic) =>
      (topic.subscriptions ?? []).map(({ name }) => `${topic.name}/${name}`),
    );
    expect(subscriptions.sort()).toEqual(
      busAccess
        .filter(({ subscription }) => subscription !== undefined)
        .map(entityPath)
        .sort(),
    );
  });

  it('has the entities that the code names, and no other', () => {
    expect(all.map(({ name }) => name).sort()).toEqual(Object.values(busEntities).sort());
  });

  it('sets a size and a time to live for each, so that one that nobody reads cannot grow for ever', () => {
    for (const { properties } of all)
      expect(properties).toMatchObject({
        maxSizeInMegabytes: expect.any(Number),
        defaultMessageTimeToLive: expect.stringMatching(/^P/),
      });
    for (const { properties } of azure.topics.flatMap(({ subscriptions = [] }) => subscriptions))
      expect(properties).toMatchObject({ defaultMessageTimeToLive: expect.stringMatching(/^P/) });
  });

  it('lets what a consumer does not read expire, instead of filling the topic with dead letters', () => {
    expect(azure.consumerSubscription).toMatchObject({
      deadLetteringOnMessageExpiration: false,
      defaultMessageTimeToLive: 'P1D',
    });
  });

  it('has Service Bus’s own names for properties', () => {
    const known = [
      'deadLetteringOnFilterEvaluationExceptions',
      'deadLetteringOnMessageExpiration',
      'defaultMessageTimeToLive',
      'duplicateDetectionHistoryTimeWindow',
      'lockDuration',
      'maxDeliveryCount',
      'maxSizeInMegabytes',
      'requiresDuplicateDetection',
      'requiresSession',
    ];
    const used = [
      ...all,
      ...azure.topics.flatMap(({ subscriptions = [] }) => subscriptions),
      { properties: azure.consumerSubscription },
    ].flatMap(({ properties }) => Object.keys(properties));
    expect([...new Set(used)].filter((name) => !known.includes(name))).toEqual([]);
  });
});
