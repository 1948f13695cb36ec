import { ServiceBusClient } from '@azure/service-bus';
import Long from 'long';
import { busUnderTest, type BusUnderTest, type CheckGroup } from './check';
import { messageChecks } from './messageChecks';
import { sessionChecks } from './sessionChecks';
import { lockChecks, settlingChecks } from './settlingChecks';
import { timeChecks } from './timeChecks';
import { topicChecks } from './topicChecks';

/** Every check, in groups that share no entity. */
export const checkGroups: readonly CheckGroup[] = [
  messageChecks,
  settlingChecks,
  lockChecks,
  ...timeChecks,
  sessionChecks,
  topicChecks,
];

/** How one check went. */
export interface CheckResult {
  readonly group: string;
  readonly title: string;
  /** What was seen instead; undefined where the behaviour was shown. */
  readonly failure: string | undefined;
  readonly tookMs: number;
}

/** A message that a check has left locked comes free within this many seconds. */
const MOST_ROUNDS = 70;

/** Nothing is tried again: a refusal is to be seen as it is. */
const CLIENT_OPTIONS = { retryOptions: { maxRetries: 0, timeoutInMs: 20_000 } };

/**
 * Runs every check on the bus of this connection string, which has the entities of this folder's Config.json and is used by
 * nobody else: they are emptied. `report` is told of each result as it comes. Groups run side by side, the checks of
 * a group one after another.
 */
export async function runConformance(
  connectionString: string,
  report: (result: CheckResult) => void = () => undefined,
): Promise<CheckResult[]> {
  const results = await Promise.all(checkGroups.map((group) => runGroup(group, connectionString, report)));
  return results.flat();
}

async function runGroup(
  group: CheckGroup,
  connectionString: string,
  report: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const client = new ServiceBusClient(connectionString, CLIENT_OPTIONS);
  const bus = busUnderTest(client, connectionString);
  const results: CheckResult[] = [];
  for (const { title, run } of group.checks) {
    const startedAtMs = performance.now();
    const failure = await emptyAll(bus, group.entities)
      .then(() => run(bus))
      .then(() => undefined, describe);
    const result = { group: group.name, title, failure, tookMs: Math.round(performance.now() - startedAtMs) };
    report(result);
    results.push(result);
  }
  await client.close();
  return results;
}

async function emptyAll(bus: BusUnderTest, entities: readonly string[]): Promise<void> {
  for (const entity of entities) await empty(bus, entity);
}

/** Takes what a check before, or a run before, has left: messages, dead letters, and those of sessions. */
async function empty({ client }: BusUnderTest, entity: string): Promise<void> {
  const [name = '', subscription] = entity.split('/');
  const options = { receiveMode: 'receiveAndDelete' } as const;
  for (const subQueueType of [undefined, 'deadLetter'] as const) {
    const all = { ...options, ...(subQueueType !== undefined && { subQueueType }) };
    const receiver =
      subscription === undefined ? client.createReceiver(name, all) : client.createReceiver(name, subscription, all);
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const [next] = await receiver.peekMessages(1, { fromSequenceNumber: Long.ONE });
      if (next === undefined || next.state === 'scheduled') break;
      if (next.sessionId === undefined || subQueueType !== undefined)
        await receiver.receiveMessages(100, { maxWaitTimeInMs: 1000 });
      else await emptySession(client, name, next.sessionId);
    }
    await receiver.close();
  }
}

async function emptySession(client: ServiceBusClient, queue: string, sessionId: string): Promise<void> {
  const receiver = await client.acceptSession(queue, sessionId, { receiveMode: 'receiveAndDelete' });
  await receiver.receiveMessages(100, { maxWaitTimeInMs: 1000 });
  await receiver.close();
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
