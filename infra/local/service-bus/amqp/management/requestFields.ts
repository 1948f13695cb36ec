import { BrokerError } from '../../broker/brokerError';
import type { AmqpRequest } from '../requestLink';

/** The body of a `$management` request, each field read as what it must be. @throws BrokerError argument when one is not */
export class RequestFields {
  private readonly body: Readonly<Record<string, unknown>>;
  /** The link that the request speaks for, where it names one. */
  readonly linkName: string | undefined;

  constructor({ applicationProperties, body }: AmqpRequest) {
    this.body = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
    const linkName = applicationProperties['associated-link-name'];
    this.linkName = typeof linkName === 'string' ? linkName : undefined;
  }

  string(name: string): string {
    const value = this.body[name];
    return typeof value === 'string' ? value : this.missing(name);
  }

  optionalString(name: string): string | undefined {
    const value = this.body[name];
    return typeof value === 'string' ? value : undefined;
  }

  integer(name: string): number {
    const value = toInteger(this.body[name]);
    return value ?? this.missing(name);
  }

  integers(name: string): number[] {
    return this.list(name).map((value) => toInteger(value) ?? this.missing(name));
  }

  /** Binary values: of lock tokens, the bytes. */
  buffers(name: string): Buffer[] {
    return this.list(name).map((value) => (Buffer.isBuffer(value) ? value : this.missing(name)));
  }

  optionalBuffer(name: string): Buffer | undefined {
    const value = this.body[name];
    return Buffer.isBuffer(value) ? value : undefined;
  }

  boolean(name: string): boolean {
    return this.body[name] === true;
  }

  maps(name: string): Record<string, unknown>[] {
    return this.list(name).map((value) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : this.missing(name),
    );
  }

  map(name: string): Record<string, unknown> {
    const value = this.body[name];
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  }

  private list(name: string): unknown[] {
    const value = this.body[name];
    return Array.isArray(value) ? (value as unknown[]) : this.missing(name);
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
