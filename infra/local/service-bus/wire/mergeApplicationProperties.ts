import {
  amqpDescribed,
  amqpString,
  amqpUlong,
  createReader,
  encodeValue,
  toAmqpValue,
  type AmqpValue,
} from './amqpCodec';
import { sectionCode } from './sectionCode';

/** The application properties section with `changes` set over what is there; other properties keep their AMQP types. */
export function mergeApplicationProperties(section: Buffer, changes: ReadonlyMap<string, unknown>): Buffer {
  if (changes.size === 0) return section;
  const kept = readPairs(section).flatMap(([key, value]) => (changes.has(String(key.value)) ? [] : [key, value]));
  const changed = [...changes].flatMap(([key, value]) => [amqpString(key), toAmqpValue(value)]);
  const map = toAmqpValue({});
  const merged: AmqpValue = Object.assign(map, { value: [...kept, ...changed] });
  return encodeValue(amqpDescribed(amqpUlong(sectionCode.applicationProperties), merged));
}

function readPairs(section: Buffer): [AmqpValue, AmqpValue][] {
  if (section.length === 0) return [];
  const items = createReader(section).read().value as readonly AmqpValue[];
  const pairs: [AmqpValue, AmqpValue][] = [];
  for (let at = 0; at + 1 < items.length; at += 2) {
    const key = items[at];
    const value = items[at + 1];
    if (key !== undefined && value !== undefined) pairs.push([key, value]);
  }
  return pairs;
}
