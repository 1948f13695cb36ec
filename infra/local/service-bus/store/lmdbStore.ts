import type { Database, Key, RootDatabase } from 'lmdb';
import type { BrokerMessage } from '../broker/brokerMessage';
import type { RuleDescription } from '../filters/ruleDescription';
import type { MessageStore, StoredMessage } from './messageStore';

/** Beyond every number and string in LMDB's order of keys. */
const LAST = Buffer.from([0xff, 0xff]);

/**
 * Opens, or makes, the store in a directory. It is LMDB: what has been committed survives the end of the process at any
 * instant. The package is loaded only here, because only who asks for persistence needs it.
 */
export async function openLmdbStore(directory: string): Promise<MessageStore> {
  const { open } = await import('lmdb');
  return new LmdbStore(open({ path: directory, noSubdir: false }));
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
    void this.messageTable.put([entity, sequenceNumber], {
      sequenceNumber,
      enqueuedSequenceNumber,
      enqueuedTimeMs,
      scheduledForMs,
      deliveryCount,
      raw: payload.raw,
      messageId: payload.messageId,
      applicationProperties:
        applicationProperties === payload.applicationProperties ? undefined : applicationProperties,
    });
  }

  remove(entity: string, sequenceNumber: number): void {
    void this.messageTable.remove([entity, sequenceNumber]);
  }

  reserve(entity: string, ceiling: number): void {
    void this.factTable.put(['ceiling', entity], ceiling);
  }

  saveSessionState(entity: string, sessionId: string, state: Buffer | undefined): void {
    void (state === undefined
      ? this.factTable.remove(['session', entity, sessionId])
      : this.factTable.put(['session', entity, sessionId], state));
  }

  saveRules(entity: string, rules: readonly RuleDescription[]): void {
    void this.factTable.put(['rules', entity], rules);
  }

  remember(entity: string, messageId: string, untilMs: number): void {
    void this.factTable.put(['duplicate', entity, untilMs, messageId], true);
  }

  forget(entity: string, messageId: string, untilMs: number): void {
    void this.factTable.remove(['duplicate', entity, untilMs, messageId]);
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
    await this.root.committed;
  }

  async close(): Promise<void> {
    await this.root.close();
  }
}
