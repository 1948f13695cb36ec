import type { MessageFilter } from './messageFields';
import { createCorrelationFilter } from './correlationFilter';
import { parseSqlFilter } from './parseSqlFilter';
import type { RuleDescription } from './ruleDescription';

/** @throws BrokerError argument when an SQL filter cannot be read. */
export function createMessageFilter({ filter }: RuleDescription): MessageFilter {
  if ('correlation' in filter) return createCorrelationFilter(filter.correlation);
  const matches = parseSqlFilter(filter.sql);
  return (fields) => matches(fields) === true;
}
