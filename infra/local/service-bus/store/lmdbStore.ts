import type { Database, Key, RootDatabase } from 'lmdb';
import { BrokerError } from '../broker/brokerError';
import type { BrokerMessage } from '../broker/messages/brokerMessage';
import type { RuleDescription } from '../filters/ruleDescription';
import { isReadable } from './isReadable';
import type { MessageStore, StoredMessage } from './messageStore';

/** Beyond every number and string in LMDB's order of keys. */
const LAST = Buffer.from([0xff, 0xff]);

/**
 * Opens, or makes, the store in a directory. It is LMDB: what has been committed survives the end of the process at any
 * instant. The package is loaded only here, because only who asks for persistence needs it.
 * @throws Error that says which folder to delete, where what is there is damaged.
 */
export async function openLmdbStore(directory: string): Promise<MessageStore> {
  if (!(await isReadable(directory)))
    throw new Error(`What is kept in ${directory} is damaged: delete that folder, and with it the messages there.`);
  const { open } = await import('lmdb');
  // Its own batching writes through a promise that nobody holds: on a full disk that one would end the process.
  return new LmdbStore(open({ path: directory, noSubdir: false, eventTurnBatching: false }));
}

/** One table for messages and one for everything else, both by entity. */
class LmdbStore implements MessageStore {
  private readonly messageTable: Database<StoredMessage>;
  private readonly factTable: Database<unknown>;

  constructor(private readonly root: RootDatabase) {
    this.messageTable = root.openDB<StoredMessage, Key>({ name: 'messages' });
    this.factTable = root.openDB<unknown, Key>({ name: 'facts' });
  }

  save(entity: string, message: BrokerMessage): void {
    const {
      payload,
      applicationProperties,
      sequenceNumber,
      enqueuedSequenceNumber,
      enqueuedTimeMs,
      scheduledForMs,
      deliveryCount,
    } = message;
    heard(
      this.messageTable.put([entity, sequenceNumber], {
        sequenceNumber,
        enqueuedSequenceNumber,
        enqueuedTimeMs,
        scheduledForMs,
        deliveryCount,
        raw: payload.raw,
        messageId: payload.messageId,
        applicationProperties:
          applicationProperties === payload.applicationProperties ? undefined : applicationProperties,
      }),
    );
  }

  remove(entity: string, sequenceNumber: number): void {
    heard(this.messageTable.remove([entity, sequenceNumber]));
  }

  reserve(entity: string, ceiling: number): void {
    heard(this.factTable.put(['ceiling', entity], ceiling));
  }

  saveSessionState(entity: string, sessionId: string, state: Buffer | undefined): void {
    heard(
      state === undefined
        ? this.factTable.remove(['session', entity, sessionId])
        : this.factTable.put(['session', entity, sessionId], state),
    );
  }

  saveRules(entity: string, rules: readonly RuleDescription[]): void {
    heard(this.factTable.put(['rules', entity], rules));
  }

  remember(entity: string, messageId: string, untilMs: number): void {
    heard(this.factTable.put(['duplicate', entity, untilMs, messageId], true));
  }

  forget(entity: string, messageId: string, untilMs: number): void {
    heard(this.factTable.remove(['duplicate', entity, untilMs, messageId]));
  }

  *messages(entity: string): Generator<StoredMessage> {
    for (const { value } of this.messageTable.getRange({ start: [entity], end: [entity, LAST] })) yield value;
  }

  ceiling(entity: string): number {
    return (this.factTable.get(['ceiling', entity]) as number | undefined) ?? 0;
  }

  *sessionStates(entity: string): Generator<readonly [string, Buffer]> {
    for (const { key, value } of this.factTable.getRange({
      start: ['session', entity],
      end: ['session', entity, LAST],
    })) {
      yield [(key as [string, string, string])[2], value as Buffer];
    }
  }

  rules(entity: string): readonly RuleDescription[] | undefined {
    return this.factTable.get(['rules', entity]) as readonly RuleDescription[] | undefined;
  }

  *remembered(entity: string): Generator<readonly [string, number]> {
    for (const { key } of this.factTable.getRange({ start: ['duplicate', entity], end: ['duplicate', entity, LAST] })) {
      const [, , untilMs, messageId] = key as [string, string, number, string];
      yield [messageId, untilMs];
    }
  }

  async committed(): Promise<void> {
    try {
      await this.root.committed;
    } catch (error) {
      throw new BrokerError(
        'entityFull',
        `The message cannot be stored, as when the disk is full: ${await reasonOf(error)}`,
      );
    }
  }

  async close(): Promise<void> {
    await this.root.close();
  }
}

/** A write that fails is told of by `committed`; nobody else waits for it, and unheard it would end the process. */
function heard(write: Promise<unknown>): void {
  write.catch(reasonOf);
}

/** lmdb rejects every write of a failed commit with one error, which has the reason as a promise that is rejected in turn. */
async function reasonOf(error: unknown): Promise<string> {
  const { commitError } = error as { readonly commitError?: unknown };
  const reason = await Promise.resolve(commitError).catch((cause: unknown) => cause);
  return [reason, error].find((one): one is Error => one instanceof Error)?.message ?? String(error);
}
