import { createReader } from './amqpCodec';

/** Message annotations that Service Bus sets itself: what a client sends under these names is dropped. */
const BROKER_OWNED = new Set([
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-enqueued-time',
  'x-opt-locked-until',
  'x-opt-message-state',
  'x-opt-deadletter-source',
]);

const SCHEDULED_ENQUEUE_TIME = 'x-opt-scheduled-enqueue-time';
const NOTHING = Buffer.alloc(0);

export interface ClientAnnotations {
  /** The encoded pairs that stay with the message. */
  readonly kept: Buffer;
  /** How many pairs these are. */
  readonly count: number;
  readonly scheduledEnqueueTimeMs: number | undefined;
}

/** Reads the annotations map at `offset`, keeping the pairs as bytes. */
export function readAnnotations(raw: Buffer, offset: number): ClientAnnotations {
  const wide = raw.readUInt8(offset) === 0xd1;
  const items = wide ? raw.readUInt32BE(offset + 5) : raw.readUInt8(offset + 2);
  const reader = createReader(raw);
  reader.position = offset + (wide ? 9 : 3);
  const kept: Buffer[] = [];
  let scheduledEnqueueTimeMs: number | undefined;
  for (let item = 0; item + 1 < items; item += 2) {
    const start = reader.position;
    const key = String(reader.read().value);
    const { value } = reader.read();
    if (key === SCHEDULED_ENQUEUE_TIME && value instanceof Date) scheduledEnqueueTimeMs = value.getTime();
    if (!BROKER_OWNED.has(key)) kept.push(raw.subarray(start, reader.position));
  }
  return { kept: kept.length === 0 ? NOTHING : Buffer.concat(kept), count: kept.length, scheduledEnqueueTimeMs };
}
