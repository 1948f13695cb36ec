import { encodeDelivery } from '../../wire/encodeDelivery';
import type { Operation } from './operation';
import { noContent, ok, queueOf } from './replies';

/** How much one reply carries at most, so that it stays one moderate transfer; who wants more asks again. */
const MOST_BYTES = 1024 * 1024;

/** Messages from a sequence number on, whatever their state, without locking them. */
export const peekMessages: Operation = (fields, { entity }) => {
  const withBody = !fields.boolean('omit-message-body');
  const found = queueOf(entity).peek(
    fields.integer('from-sequence-number'),
    fields.integer('message-count'),
    fields.optionalString('session-id'),
  );
  const messages: { message: Buffer }[] = [];
  let bytes = 0;
  for (const one of found) {
    const message = encodeDelivery(one, withBody);
    bytes += message.length;
    if (bytes > MOST_BYTES && messages.length > 0) break;
    messages.push({ message });
  }
  return messages.length === 0 ? noContent() : ok({ messages });
};
