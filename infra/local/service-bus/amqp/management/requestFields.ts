import { BrokerError } from '../../broker/brokerError';
import { mapEntries, type AmqpValue } from '../../wire/amqpCodec';
import type { AmqpRequest } from '../requestLink';

/** A map in a `$management` request, each field read as what it must be. @throws BrokerError argument when one is not */
export class RequestFields {
  private constructor(
    private readonly fields: ReadonlyMap<string, AmqpValue>,
    /** The link that the request speaks for, where it names one. */
    readonly linkName: string | undefined,
  ) {}

  static of({ applicationProperties, body }: AmqpRequest): RequestFields {
    const linkName = applicationProperties['associated-link-name'];
    return new RequestFields(mapEntries(body), typeof linkName === 'string' ? linkName : undefined);
  }

  string(name: string): string {
    return this.optionalString(name) ?? this.missing(name);
  }

  optionalString(name: string): string | undefined {
    const value = this.value(name);
    return typeof value === 'string' ? value : undefined;
  }

  integer(name: string): number {
    return toInteger(this.value(name)) ?? this.missing(name);
  }

  integers(name: string): number[] {
    return this.list(name).map(({ value }) => toInteger(value) ?? this.missing(name));
  }

  /** In ms since the epoch. */
  optionalTime(name: string): number | undefined {
    const value = this.value(name);
    return value instanceof Date ? value.getTime() : undefined;
  }

  /** Binary values: of lock tokens, the bytes. */
  buffers(name: string): Buffer[] {
    return this.list(name).map(({ value }) => (Buffer.isBuffer(value) ? value : this.missing(name)));
  }

  optionalBuffer(name: string): Buffer | undefined {
    const value = this.value(name);
    return Buffer.isBuffer(value) ? value : undefined;
  }

  boolean(name: string): boolean {
    return this.value(name) === true;
  }

  maps(name: string): RequestFields[] {
    return this.list(name).map((value) => new RequestFields(mapEntries(value), this.linkName));
  }

  /** Undefined where the field is not there, or is no map. */
  optionalMap(name: string): RequestFields | undefined {
    const field = this.fields.get(name);
    return Array.isArray(field?.value) ? new RequestFields(mapEntries(field), this.linkName) : undefined;
  }

  /** All fields, with their AMQP types. */
  get entries(): ReadonlyMap<string, AmqpValue> {
    return this.fields;
  }

  private value(name: string): unknown {
    return this.fields.get(name)?.value;
  }

  private list(name: string): readonly AmqpValue[] {
    const value = this.value(name);
    return Array.isArray(value) ? (value as readonly AmqpValue[]) : this.missing(name);
  }

  private missing(name: string): never {
    throw new BrokerError('argument', `The request lacks a valid '${name}'.`);
  }
}

/** A 64-bit integer arrives as a number where it is a safe one, else as its bytes. */
function toInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return Buffer.isBuffer(value) && value.length === 8 ? Number(value.readBigInt64BE()) : undefined;
}
