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

// rhea exports both classes with `types`, but its typings leave them out.
const codec = types as unknown as { Reader: new (bytes: Buffer) => Reader; Writer: new () => Writer };

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
