import type { Clock } from '../../../clock';
import type { Log } from '../../../telemetry/log';
import { toRefusedEnd, type DeliveryEnd } from '../deliveryEnd';
import { recordDelayMs, reportRefusedRecord } from '../keepRecord';
import type { RecordMessage } from './retryMessage';
import type { RefusedRetry, RetryQueue } from './retryQueue';

/** To encode one takes some tenths of a millisecond, and hundreds of subscribers may fail together: a ring is not held up for long. */
const MESSAGES_AT_ONCE = 16;

/**
 * Sends the next message of each delivery that goes on. Resolves to the ends of those whose message the bus refuses for good:
 * they are `dead`. Error: `busUnavailable`.
 */
export async function sendNext(
  ends: readonly DeliveryEnd[],
  queue: Pick<RetryQueue, 'send'>,
): Promise<readonly DeliveryEnd[]> {
  const messages = ends.flatMap(({ next }) => next ?? []);
  const refused: RefusedRetry[] = [];
  for (let at = 0; at < messages.length; at += MESSAGES_AT_ONCE)
    refused.push(...(await queue.send(messages.slice(at, at + MESSAGES_AT_ONCE))));
  return ends.flatMap((end) => {
    const found = refused.find(({ retry }) => retry === end.next);
    return found === undefined ? [] : toRefusedEnd(end, found.refusal);
  });
}

/** Has a record tried again later. One that the bus refuses for good is logged, as one that storage refuses. Error: `busUnavailable`. */
export type SendRecord = (message: RecordMessage) => Promise<void>;

export function createSendRecord(ports: {
  readonly queue: Pick<RetryQueue, 'send'>;
  readonly clock: Clock;
  readonly log: Log;
}): SendRecord {
  const { queue, clock, log } = ports;
  return async (message) => {
    const [refused] = await queue.send([{ message, atMs: clock.now() + recordDelayMs(message.tries) }]);
    if (refused !== undefined) reportRefusedRecord(message.event, refused.refusal, log);
  };
}
