import type { BrokerMessage } from '../broker/messages/brokerMessage';
import { sectionCode } from './sectionCode';

// The annotations that every delivery carries, written by hand: it is the one encoding that runs once for each message out.
const symbol = (name: string): Buffer => Buffer.concat([Buffer.from([0xa3, name.length]), Buffer.from(name, 'ascii')]);
const SEQUENCE_NUMBER = symbol('x-opt-sequence-number');
const ENQUEUED_SEQUENCE_NUMBER = symbol('x-opt-enqueue-sequence-number');
const ENQUEUED_TIME = symbol('x-opt-enqueued-time');
const LOCKED_UNTIL = symbol('x-opt-locked-until');
const MESSAGE_STATE = symbol('x-opt-message-state');

const LONG = 0x81;
const TIMESTAMP = 0x83;
const SMALL_INT = 0x54;
const TWO_TO_32 = 2 ** 32;
const ANNOTATIONS_OVERHEAD_BYTES = 256;

/** `x-opt-message-state` of a waiting and of a scheduled message (deferral, 1, is not there). */
const state = { active: 0, scheduled: 2 } as const;

/**
 * The message as a receiver gets it: header and annotations made anew, properties and body as they came.
 * @param withBody false for a peek that asked for no bodies: a single empty data section takes its place.
 */
export function encodeDelivery(message: BrokerMessage, withBody = true): Buffer {
  const { payload } = message;
  return Buffer.concat([
    encodeHeader(message),
    encodeAnnotations(message),
    payload.properties,
    message.applicationProperties,
    withBody ? payload.body : EMPTY_BODY,
  ]);
}

const EMPTY_BODY = Buffer.from([0x00, 0x53, sectionCode.data, 0xa0, 0x00]);

function encodeHeader({ payload, deliveryCount }: BrokerMessage): Buffer {
  const header = Buffer.allocUnsafe(20);
  let at = header.writeUInt32BE(0x00_53_70_c0, 0) + 1;
  at = header.writeUInt8(5, at);
  at = header.writeUInt8(payload.durable ? 0x41 : 0x42, at);
  if (payload.priority === undefined) at = header.writeUInt8(0x40, at);
  else at = header.writeUInt8(payload.priority, header.writeUInt8(0x50, at));
  if (payload.ttlMs === undefined) at = header.writeUInt8(0x40, at);
  else at = header.writeUInt32BE(payload.ttlMs, header.writeUInt8(0x70, at));
  at = header.writeUInt8(0x42, at);
  at = header.writeUInt32BE(deliveryCount, header.writeUInt8(0x70, at));
  header.writeUInt8(at - 5, 4);
  return header.subarray(0, at);
}

function encodeAnnotations(message: BrokerMessage): Buffer {
  const { payload, lock } = message;
  const section = Buffer.allocUnsafe(ANNOTATIONS_OVERHEAD_BYTES + payload.annotations.length);
  let at = section.writeUInt32BE(0x00_53_72_d1, 0) + 8;
  at = writeWide(section, at, SEQUENCE_NUMBER, LONG, message.sequenceNumber);
  at = writeWide(section, at, ENQUEUED_SEQUENCE_NUMBER, LONG, message.enqueuedSequenceNumber);
  at = writeWide(section, at, ENQUEUED_TIME, TIMESTAMP, message.enqueuedTimeMs);
  at += MESSAGE_STATE.copy(section, at);
  at = section.writeUInt8(SMALL_INT, at);
  at = section.writeUInt8(message.state === 'scheduled' ? state.scheduled : state.active, at);
  let pairs = 4 + payload.annotationCount;
  if (lock !== undefined) {
    at = writeWide(section, at, LOCKED_UNTIL, TIMESTAMP, lock.term.untilMs);
    pairs += 1;
  }
  at += payload.annotations.copy(section, at);
  section.writeUInt32BE(at - 8, 4);
  section.writeUInt32BE(pairs * 2, 8);
  return section.subarray(0, at);
}

function writeWide(section: Buffer, offset: number, key: Buffer, typecode: number, value: number): number {
  let at = offset + key.copy(section, offset);
  at = section.writeUInt8(typecode, at);
  at = section.writeUInt32BE(Math.floor(value / TWO_TO_32), at);
  return section.writeUInt32BE(value % TWO_TO_32, at);
}
