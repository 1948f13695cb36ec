import { SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';

/**
 * Writes each sampled span that has ended as one line of JSON, `{"span":NAME,"ms":…,"traceId":…,"spanId":…,
 * "parentSpanId"?:…,"error"?:…,"attributes":{…}}`. OpenTelemetry's own console exporter writes some twenty lines for each.
 */
export function createSpanLines(write: (line: string) => void): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) write(JSON.stringify(toLine(span)));
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

function toLine(ended: ReadableSpan) {
  const { name, duration, parentSpanContext, attributes, status } = ended;
  const [seconds, nanoseconds] = duration;
  const { traceId, spanId } = ended.spanContext();
  return {
    span: name,
    ms: Math.round(seconds * 1e5 + nanoseconds / 1e4) / 100,
    traceId,
    spanId,
    ...(parentSpanContext !== undefined && { parentSpanId: parentSpanContext.spanId }),
    ...(status.code === SpanStatusCode.ERROR && { error: status.message ?? 'failed' }),
    attributes,
  };
}
