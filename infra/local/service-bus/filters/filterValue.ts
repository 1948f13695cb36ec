import { randomBytes } from 'node:crypto';
import type { AmqpValue } from '../wire/amqpCodec';

/** A value that is compared by identity of its bytes or moment, and with values of its own kind alone. */
export class OpaqueValue {
  constructor(
    readonly kind: 'guid' | 'bytes' | 'time',
    readonly key: string | number,
  ) {}
}

/** What filters compare. Integers of every AMQP type are bigint, so that none beyond 2^53 is rounded; doubles are numbers. */
export type FilterValue = string | bigint | number | boolean | OpaqueValue;

const INTEGERS = /^(?:Small)?(?:U?(?:byte|short|int|long)|Byte|Short|Int|Long)0?$/;
const SIGNED = /Long/;

/** The value that filters see; undefined for null and for what they cannot compare (lists, maps, decimals). */
export function toFilterValue(given: AmqpValue | undefined): FilterValue | undefined {
  if (given === undefined) return undefined;
  const { value } = given;
  const { name } = given.type;
  if (typeof value === 'number') return INTEGERS.test(name) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Date) return new OpaqueValue('time', value.getTime());
  if (!Buffer.isBuffer(value)) return undefined;
  if (INTEGERS.test(name)) return SIGNED.test(name) ? value.readBigInt64BE() : value.readBigUInt64BE();
  if (name === 'Uuid') return new OpaqueValue('guid', value.toString('hex'));
  return name.startsWith('Vbin') ? new OpaqueValue('bytes', value.toString('hex')) : undefined;
}

/** A Guid that equals no other. */
export const newGuid = (): OpaqueValue => new OpaqueValue('guid', randomBytes(16).toString('hex'));

/** Below, at or above zero as `left` is less than, equal to or greater than `right`; undefined where they do not compare. */
export function order(left: FilterValue, right: FilterValue): number | undefined {
  // NaN is neither below, at nor above any number.
  if (Number.isNaN(left) || Number.isNaN(right)) return undefined;
  if (isNumeric(left) && isNumeric(right)) return left < right ? -1 : left > right ? 1 : 0;
  if (left instanceof OpaqueValue)
    return right instanceof OpaqueValue && left.kind === right.kind ? orderOf(left.key, right.key) : undefined;
  return typeof left === typeof right ? orderOf(left, right as typeof left) : undefined;
}

export const isNumeric = (value: FilterValue): value is bigint | number =>
  typeof value === 'bigint' || typeof value === 'number';

const orderOf = <Value extends string | number | bigint | boolean>(left: Value, right: Value): number =>
  left < right ? -1 : left > right ? 1 : 0;
