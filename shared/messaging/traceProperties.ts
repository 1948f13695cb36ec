import { traceParentOf } from '../telemetry/trace';
import type { EncodedMessage } from './encodedMessage';

/**
 * The message with the trace that it belongs to, as application properties: `traceparent` (W3C Trace Context) and the same
 * as `Diagnostic-Id`, which Azure's SDKs read. One that has them keeps them.
 * @param traceParent that of the active span unless given; undefined where nothing is traced.
 */
export function withTraceProperties(message: EncodedMessage, traceParent = traceParentOf()): EncodedMessage {
  if (traceParent === undefined) return message;
  return {
    ...message,
    applicationProperties: { traceparent: traceParent, 'Diagnostic-Id': traceParent, ...message.applicationProperties },
  };
}

/**
 * What a message says of the trace that caused it. The Functions library writes the first letter of every property small, so
 * names count whatever their case.
 */
export function traceParentIn(applicationProperties: Readonly<Record<string, unknown>>): string | undefined {
  const byName = new Map(Object.entries(applicationProperties).map(([name, value]) => [name.toLowerCase(), value]));
  return ['traceparent', 'diagnostic-id']
    .map((name) => byName.get(name))
    .find((value): value is string => typeof value === 'string');
}
