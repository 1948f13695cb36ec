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
  type AmqpValue,
} from '../../wire/amqpCodec';
import type { Operation } from './managementNode';
import { noContent, ok } from './replies';
import type { RequestFields } from './requestFields';

/** Descriptors of rules in a reply (Microsoft's request-response operations, "Enumerate rules"). */
const descriptor = {
  rule: 0x137_0000_0004,
  emptyAction: 0x137_0000_0005,
  sqlFilter: 0x13_7000_0006,
  trueFilter: 0x13_7000_0007,
  correlationFilter: 0x13_7000_0009,
} as const;

/** The compatibility level of SQL that Azure states for every filter. */
const SQL_COMPATIBILITY = 20;

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
  const {
    'sql-filter': sql,
    'correlation-filter': correlation,
    'sql-rule-action': action,
  } = fields.map('rule-description');
  if (action !== undefined && action !== null)
    throw new BrokerError('notImplemented', 'Rules with actions are not supported by this local Service Bus.');
  if (isRecord(sql) && typeof sql['expression'] === 'string') return { name, filter: { sql: sql['expression'] } };
  if (isRecord(correlation)) return { name, filter: { correlation: toCorrelation(correlation) } };
  throw new BrokerError('argument', 'A rule needs an SQL or a correlation filter.');
}

function toCorrelation(filter: Readonly<Record<string, unknown>>): CorrelationFields {
  const text = (name: string): string | undefined => (typeof filter[name] === 'string' ? filter[name] : undefined);
  return {
    correlationId: text('correlation-id'),
    messageId: text('message-id'),
    to: text('to'),
    replyTo: text('reply-to'),
    subject: text('label'),
    sessionId: text('session-id'),
    replyToSessionId: text('reply-to-session-id'),
    contentType: text('content-type'),
    properties: isRecord(filter['properties']) ? filter['properties'] : {},
  };
}

function encodeRule({ name, filter }: RuleDescription, nowMs: number): AmqpValue {
  const action = described(descriptor.emptyAction, []);
  return described(descriptor.rule, [encodeFilter(filter), action, amqpString(name), amqpTimestamp(nowMs)]);
}

function encodeFilter(filter: RuleDescription['filter']): AmqpValue {
  if ('sql' in filter) {
    if (filter.sql === '1=1') return described(descriptor.trueFilter, []);
    return described(descriptor.sqlFilter, [amqpString(filter.sql), amqpInt(SQL_COMPATIBILITY)]);
  }
  const { correlationId, messageId, to, replyTo, subject, sessionId, replyToSessionId, contentType, properties } =
    filter.correlation;
  const texts = [correlationId, messageId, to, replyTo, subject, sessionId, replyToSessionId, contentType];
  return described(descriptor.correlationFilter, [
    ...texts.map((text) => (text === undefined ? undefined : amqpString(text))),
    amqpMap(properties ?? {}),
  ]);
}

const described = (code: number, fields: readonly (AmqpValue | undefined)[]): AmqpValue =>
  amqpDescribed(amqpUlong(code), amqpList(fields));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
