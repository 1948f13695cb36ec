import { createReader } from '../wire/amqpCodec';
import { order, toFilterValue, type FilterValue } from './filterValue';
import type { MessageFilter } from './messageFields';
import type { CorrelationFields } from './ruleDescription';

/** Every field and property that the filter names must be there and equal (Microsoft's "Topic filters", correlation filters). */
export function createCorrelationFilter({ properties = {}, ...system }: CorrelationFields): MessageFilter {
  const wantedSystem = Object.entries(system).filter(([, value]) => value !== undefined);
  const wantedProperties = Object.entries(properties).map(
    ([name, encoded]) => [name, toFilterValue(createReader(encoded).read())] as const,
  );
  return (fields) =>
    wantedSystem.every(([name, value]) => fields.system(name) === value) &&
    wantedProperties.every(([name, value]) => isEqual(fields.property(name), value));
}

const isEqual = (actual: FilterValue | undefined, wanted: FilterValue | undefined): boolean =>
  actual !== undefined && wanted !== undefined && order(actual, wanted) === 0;
