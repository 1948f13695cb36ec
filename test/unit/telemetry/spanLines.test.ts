import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { createSpanLines } from '../../../shared/telemetry/spanLines';

it('writes each span as a line of JSON', () => {
  const lines: string[] = [];
  const processor = createSpanLines((line) => lines.push(line));
  const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('test');
  const parent = tracer.startSpan('package', { startTime: [10, 0], attributes: { 'relay.events': 2 } });
  const child = tracer.startSpan('publish', { startTime: [10, 0] }, trace.setSpan(ROOT_CONTEXT, parent));
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'busUnavailable' });
  child.end([10, 12_345_678]);
  parent.end([11, 500_000]);

  const { traceId, spanId } = parent.spanContext();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      span: 'publish',
      ms: 12.35,
      traceId,
      spanId: child.spanContext().spanId,
      parentSpanId: spanId,
      error: 'busUnavailable',
      attributes: {},
    },
    { span: 'package', ms: 1000.5, traceId, spanId, attributes: { 'relay.events': 2 } },
  ]);
});
