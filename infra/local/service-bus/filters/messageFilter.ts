import { createCorrelationFilter } from './correlationFilter';
import type { MessageFields } from './messageFields';
import { parseSqlFilter } from './parseSqlFilter';
import type { RuleDescription } from './ruleDescription';

export type MessageFilter = (fields: MessageFields) => boolean;

/** @throws BrokerError argument when an SQL filter cannot be read. */
export function createMessageFilter({ filter }: RuleDescription): MessageFilter {
  if ('correlation' in filter) return createCorrelationFilter(filter.correlation);
  const matches = parseSqlFilter(filter.sql);
  return (fields) => matches(fields) === true;
}
