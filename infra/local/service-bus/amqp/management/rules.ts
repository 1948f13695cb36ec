import { BrokerError } from '../../broker/brokerError';
import type { Entity } from '../../broker/namespace';
import type { Subscription } from '../../broker/subscription';
import type { CorrelationFields, RuleDescription } from '../../filters/ruleDescription';
import {
  amqpDescribed,
  amqpInt,
  amqpList,
  amqpMap,
  amqpString,
  amqpTimestamp,
  amqpUlong,
  createReader,
  encodeValue,
  type AmqpValue,
} from '../../wire/amqpCodec';
import type { Operation } from './operation';
import { noContent, ok } from './replies';
import type { RequestFields } from './requestFields';

/** Descriptors of rules in a reply (Microsoft's request-response operations, "Enumerate rules"). */
const descriptor = {
  rule: 0x137_0000_0004,
  emptyAction: 0x137_0000_0005,
  sqlFilter: 0x13_7000_0006,
  trueFilter: 0x13_7000_0007,
  falseFilter: 0x13_7000_0008,
  correlationFilter: 0x13_7000_0009,
} as const;

/** The compatibility level of SQL that Azure states for every filter. */
const SQL_COMPATIBILITY = 20;

/** How SDKs write their filters that match all, or nothing. */
const TRUE_FILTER = '1=1';
const FALSE_FILTER = '1=0';

export const addRule: Operation = (fields, { entity }) => {
  subscriptionOf(entity).addRule(toRule(fields));
  return ok();
};

export const removeRule: Operation = (fields, { entity }) => {
  subscriptionOf(entity).removeRule(fields.string('rule-name'));
  return ok();
};

export const enumerateRules: Operation = (fields, { entity, nowMs }) => {
  const skip = fields.integer('skip');
  const rules = subscriptionOf(entity).ruleDescriptions.slice(skip, skip + fields.integer('top'));
  return rules.length === 0
    ? noContent()
    : ok({ rules: rules.map((rule) => ({ 'rule-description': encodeRule(rule, nowMs) })) });
};

function subscriptionOf({ address, subscription }: Entity): Subscription {
  if (subscription === undefined)
    throw new BrokerError('notAllowed', `'${address}' is not a subscription and has no rules.`);
  return subscription;
}

function toRule(fields: RequestFields): RuleDescription {
  const name = fields.string('rule-name');
  const description = fields.optionalMap('rule-description');
  // An empty map is no action, as Rust's SDK sends it.
  if ((description?.optionalMap('sql-rule-action')?.entries.size ?? 0) > 0)
    throw new BrokerError('unsupported', 'Rules with actions are not supported by this local Service Bus.');
  const sql = description?.optionalMap('sql-filter')?.optionalString('expression');
  if (sql !== undefined) return { name, filter: { sql } };
  const correlation = description?.optionalMap('correlation-filter');
  if (correlation !== undefined) return { name, filter: { correlation: toCorrelation(correlation) } };
  throw new BrokerError('argument', 'A rule needs an SQL or a correlation filter.');
}

function toCorrelation(filter: RequestFields): CorrelationFields {
  const text = (name: string): string | undefined => filter.optionalString(name);
  const properties = filter.optionalMap('properties')?.entries ?? new Map<string, AmqpValue>();
  return {
    correlationId: text('correlation-id'),
    messageId: text('message-id'),
    to: text('to'),
    replyTo: text('reply-to'),
    subject: text('label'),
    sessionId: text('session-id'),
    replyToSessionId: text('reply-to-session-id'),
    contentType: text('content-type'),
    properties: Object.fromEntries([...properties].map(([key, value]) => [key, encodeValue(value)])),
  };
}

function encodeRule({ name, filter }: RuleDescription, nowMs: number): AmqpValue {
  const action = described(descriptor.emptyAction, []);
  return described(descriptor.rule, [encodeFilter(filter), action, amqpString(name), amqpTimestamp(nowMs)]);
}

function encodeFilter(filter: RuleDescription['filter']): AmqpValue {
  if ('sql' in filter) {
    if (filter.sql === TRUE_FILTER) return described(descriptor.trueFilter, []);
    if (filter.sql === FALSE_FILTER) return described(descriptor.falseFilter, []);
    return described(descriptor.sqlFilter, [amqpString(filter.sql), amqpInt(SQL_COMPATIBILITY)]);
  }
  const { correlationId, messageId, to, replyTo, subject, sessionId, replyToSessionId, contentType, properties } =
    filter.correlation;
  const texts = [correlationId, messageId, to, replyTo, subject, sessionId, replyToSessionId, contentType];
  return described(descriptor.correlationFilter, [
    ...texts.map((text) => (text === undefined ? undefined : amqpString(text))),
    amqpMap(mapValues(properties ?? {}, (encoded) => createReader(encoded).read())),
  ]);
}

const described = (code: number, fields: readonly (AmqpValue | undefined)[]): AmqpValue =>
  amqpDescribed(amqpUlong(code), amqpList(fields));

const mapValues = <From, To>(record: Readonly<Record<string, From>>, to: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
