import { types } from 'rhea';

/** A decoded AMQP value that still knows its type (AMQP 1.0 part 1). */
export interface AmqpValue {
  readonly type: { readonly name: string; readonly typecode: number };
  readonly value: unknown;
  readonly descriptor?: AmqpValue;
}

interface Reader {
  position: number;
  remaining(): number;
  read(): AmqpValue;
}

interface Writer {
  write(value: AmqpValue): void;
  write_bytes(bytes: Buffer): void;
  toBuffer(): Buffer;
}

interface TypeCodec {
  read(bytes: Buffer, offset: number): unknown;
  write(bytes: Buffer, value: unknown, offset: number): void;
}

// rhea exports these with `types`, but its typings leave them out.
const codec = types as unknown as {
  Reader: new (bytes: Buffer) => Reader;
  Writer: new () => Writer;
  by_code: Record<number, TypeCodec>;
};

/** Beyond ±2^53 not every integer is a number; the upper half of such a 64-bit value is at least this. */
const UNSAFE_UPPER_HALF = 2 ** 21;

correctRhea();

/**
 * What rhea 3.0 reads wrongly, in all of this process: a boolean in its one-byte form (0x56), which Python and Proton write,
 * is the number 1; and integers a little beyond 2^53 are rounded, where larger ones are left as their eight bytes.
 */
function correctRhea(): void {
  const { 0x56: boolean, 0x80: ulong, 0x81: long } = codec.by_code;
  if (boolean === undefined || ulong === undefined || long === undefined) throw new Error('rhea lacks a type.');
  boolean.read = (bytes, offset) => bytes.readUInt8(offset) !== 0;
  boolean.write = (bytes, value, offset) => bytes.writeUInt8(value === true ? 1 : 0, offset);
  for (const [type, upperHalf] of [
    [ulong, (bytes: Buffer, offset: number) => bytes.readUInt32BE(offset)],
    [long, (bytes: Buffer, offset: number) => bytes.readInt32BE(offset)],
  ] as const) {
    const read = type.read.bind(type);
    type.read = (bytes, offset) =>
      Math.abs(upperHalf(bytes, offset)) >= UNSAFE_UPPER_HALF
        ? bytes.subarray(offset, offset + 8)
        : read(bytes, offset);
  }
}

/** Reads AMQP values one after another. Throws on malformed bytes. */
export const createReader = (bytes: Buffer): Reader => new codec.Reader(bytes);

/** The encoding of one value. */
export function encodeValue(value: AmqpValue): Buffer {
  const writer = new codec.Writer();
  writer.write(value);
  return Buffer.from(writer.toBuffer());
}

/** The AMQP value that best carries a plain JavaScript one. */
export const toAmqpValue = (value: unknown): AmqpValue => types.wrap(value);

/** A string value. */
export const amqpString = (text: string): AmqpValue => types.wrap_string(text);

/** A described value: `descriptor` names the type of `value`. */
export const amqpDescribed = (descriptor: AmqpValue, value: AmqpValue): AmqpValue =>
  types.described_nc(descriptor, value) as AmqpValue;

/** A list of values; what is undefined is null on the wire. */
export const amqpList = (items: readonly (AmqpValue | undefined)[]): AmqpValue =>
  types.wrap_list(items.map((item) => item ?? null));

/** A 64-bit descriptor code. */
export const amqpUlong = (code: number | Buffer): AmqpValue => types.wrap_ulong(code) as AmqpValue;

/** A signed 64-bit value, from a safe integer. */
export const amqpLong = (value: number | Buffer): AmqpValue => types.wrap_long(value);

/** A signed 32-bit value. */
export const amqpInt = (value: number): AmqpValue => types.wrap_int(value);

/** A moment, in ms since the epoch. */
export const amqpTimestamp = (atMs: number): AmqpValue => types.wrap_timestamp(atMs);

/** An array whose elements are all of one type, given by its type code (AMQP 1.0 part 1, 1.6). */
export const amqpArray = (items: readonly unknown[], typecode: number): AmqpValue =>
  types.wrap_array(items, typecode, undefined);

/** A map with string keys. */
export const amqpMap = (entries: Readonly<Record<string, unknown>>): AmqpValue => types.wrap_map(entries);

/** The values of a map with text keys, with their types; empty for what is no map. */
export function mapEntries(map: AmqpValue | undefined): Map<string, AmqpValue> {
  const entries = new Map<string, AmqpValue>();
  if (!Array.isArray(map?.value)) return entries;
  const items = map.value as readonly AmqpValue[];
  for (let at = 0; at + 1 < items.length; at += 2) {
    const [key, value] = [items[at], items[at + 1]];
    if (key !== undefined && value !== undefined) entries.set(String(key.value), value);
  }
  return entries;
}
