import type { Clock } from '../../../clock';
import type { Log } from '../../../telemetry/log';
import { toRefusedEnd, type DeliveryEnd } from '../deliveryEnd';
import { recordDelayMs, reportRefusedRecord } from '../keepRecord';
import type { RecordMessage } from './retryMessage';
import type { RetryQueue } from './retryQueue';

/**
 * Sends the next message of each delivery that goes on. Resolves to the ends of those whose message the bus refuses for good:
 * they are `dead`. Error: `busUnavailable`.
 */
export async function sendNext(
  ends: readonly DeliveryEnd[],
  queue: Pick<RetryQueue, 'send'>,
): Promise<readonly DeliveryEnd[]> {
  const goingOn = ends.filter(({ next }) => next !== undefined);
  if (goingOn.length === 0) return [];
  const refused = await queue.send(goingOn.flatMap(({ next }) => next ?? []));
  return goingOn.flatMap((end) => {
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
