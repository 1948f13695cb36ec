import type { Deliver, DueDelivery } from '../../../shared/webhooks/delivery/deliver';
import type { DeliveryPolicy, Refusal } from '../../../shared/webhooks/delivery/deliveryPolicy';
import { isRing } from '../../../shared/webhooks/delivery/lateSnapshot';
import { retryMessageId } from '../../../shared/webhooks/delivery/retries/retryMessage';
import { currentDue, currentInvocation, type EngineParts, type PlantedMistake } from './deliveryWorld';

type ReadEvents = EngineParts['records']['readEvents'];

/** @param read given only for reads on behalf of an attempt */
const withReads = (parts: EngineParts, read: (due: DueDelivery, id: string) => ReturnType<ReadEvents>): EngineParts => {
  const readEvents: ReadEvents = (id) => {
    const due = currentDue();
    return due === undefined ? parts.records.readEvents(id) : read(due, id);
  };
  return { ...parts, records: { ...parts.records, readEvents } };
};

/** What the engine must not do, each done by replacing a part of it. */
export const plantedMistakes = {
  'a retry without its read': {
    parts: (parts) => (parts.role === 'retryDelivery' ? withReads(parts, () => Promise.resolve([])) : parts),
  },

  'a read before the insert': readAtHandIn(),

  'an old read used after a freeze': { parts: withoutReadingTheClock },

  'a prompt started superseded': {
    deliver:
      (deliver, { role }) =>
      (due) =>
        deliver(role === 'deliverEvent' && isRing(due.event) ? { ...due, isRepeated: true } : due),
  },

  'superseded by a settled command': {
    parts: (parts) =>
      withReads(parts, async ({ event }, id) => {
        const events = await parts.records.readEvents(id);
        const settled = parts.onRecord.events().find((one) => one.event.id === `${id}-settled`);
        return settled === undefined
          ? events
          : [...events, { event: { ...event, sequence: '9' }, recordedAtMs: settled.recordedAtMs, hasResults: false }];
      }),
  },

  'superseded by updated for Teams': {
    parts: (parts) => ({
      ...parts,
      render: (event, subscription) => {
        const due = currentDue();
        const isCompared = due !== undefined && due.event !== event;
        return parts.render(event, subscription) ?? (isCompared ? { contentType: '', body: '' } : undefined);
      },
    }),
  },

  'a move with the same messageId': {
    messageId: (message) => retryMessageId(message.kind === 'attempt' ? { ...message, moves: 0 } : message),
  },

  'the messages not sent again on a redelivery': {
    parts: (parts) => ({
      ...parts,
      queue: {
        send(messages) {
          const { role, deliveryCount = 1, dues = [] } = currentInvocation() ?? {};
          const isNew = (subscriptionId: string): boolean =>
            dues.some(({ subscription }) => subscription.id === subscriptionId);
          return parts.queue.send(
            role === 'deliverEvent' && deliveryCount > 1
              ? messages.filter(({ message }) => message.kind !== 'attempt' || isNew(message.subscriptionId))
              : messages,
          );
        },
      },
    }),
  },

  'no probe in deliverEvent': {
    parts: (parts) =>
      parts.role === 'deliverEvent'
        ? { ...parts, policies: (subscription) => withoutProbe(parts.policies(subscription), parts) }
        : parts,
  },

  'a move that uses up no step': { deliver: withFreeMoves },

  'results lost while storage is away': {
    parts: (parts) => ({
      ...parts,
      queue: { send: (messages) => parts.queue.send(messages.filter(({ message }) => message.kind !== 'record')) },
    }),
  },
} as const satisfies Record<string, PlantedMistake>;

/** Reads when the delivery is handed in, not when its attempt begins. */
function readAtHandIn(): PlantedMistake {
  const reads = new WeakMap<DueDelivery, ReturnType<ReadEvents>>();
  return {
    parts: (parts) => withReads(parts, (due, id) => reads.get(due) ?? parts.records.readEvents(id)),
    deliver:
      (deliver, { records }) =>
      (due) => {
        const given = currentDue();
        // Its own read, so that the one below does not find itself.
        const read = records.readEvents(due.event.subject);
        read.catch(() => undefined);
        if (given !== undefined) reads.set(given, read);
        return deliver(due);
      },
  };
}

/** From a read until the attempt the time is that of the read. */
function withoutReadingTheClock(parts: EngineParts): EngineParts {
  const readAtMs = new WeakMap<DueDelivery, number>();
  const { clock, post } = parts;
  const read = withReads(parts, async (due, id) => {
    const atMs = clock.now();
    const events = await parts.records.readEvents(id);
    readAtMs.set(due, atMs);
    return events;
  });
  return {
    ...read,
    clock: {
      ...clock,
      now() {
        const due = currentDue();
        return (due === undefined ? undefined : readAtMs.get(due)) ?? clock.now();
      },
    },
    post(...request) {
      const due = currentDue();
      if (due !== undefined) readAtMs.delete(due);
      return post(...request);
    },
  };
}

/** While its circuit has been opened, nothing is admitted here. */
function withoutProbe(policy: DeliveryPolicy, { clock }: EngineParts): DeliveryPolicy {
  const refused = (): Refusal | undefined =>
    policy.isOpen()
      ? { admitted: false, why: 'circuitOpen', untilMs: clock.now() + 30_000, failingForMs: 0, lastFailure: '' }
      : undefined;
  return {
    ...policy,
    refusal: refused,
    acquire: (untilMs) => {
      const refusal = refused();
      return refusal === undefined ? policy.acquire(untilMs) : Promise.resolve(refusal);
    },
  };
}

function withFreeMoves(deliver: Deliver): Deliver {
  return async (due) => {
    const end = await deliver({ ...due, moves: 0 });
    const { attempt, next } = end;
    return {
      ...end,
      attempt: { ...attempt, moves: due.moves },
      ...(next !== undefined && {
        next: { ...next, message: { ...next.message, moves: due.moves + next.message.moves } },
      }),
    };
  };
}
