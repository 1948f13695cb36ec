import type { MessageFilter } from './messageFilter';
import type { CorrelationFields } from './ruleDescription';

/** Every field and property that the filter names must be there and equal (Microsoft's "Topic filters", correlation filters). */
export function createCorrelationFilter({ properties = {}, ...system }: CorrelationFields): MessageFilter {
  const wantedSystem = Object.entries(system).filter(([, value]) => value !== undefined);
  const wantedProperties = Object.entries(properties);
  return (fields) =>
    wantedSystem.every(([name, value]) => fields.system(name) === value) &&
    wantedProperties.every(([name, value]) => isEqual(fields.property(name), value));
}

const isEqual = (actual: unknown, wanted: unknown): boolean =>
  actual instanceof Date && wanted instanceof Date ? actual.getTime() === wanted.getTime() : actual === wanted;
