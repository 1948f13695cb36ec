import type { CollectedSpan } from './otlpCollector';

/** The spans of one trace as a tree, a line each: when it began after the root, how long it took, and what it says of itself. */
export function traceTree(spans: readonly CollectedSpan[], traceId: string): string {
  const trace = spans.filter((span) => span.traceId === traceId).sort((a, b) => a.startMs - b.startMs);
  const ids = new Set(trace.map(({ spanId }) => spanId));
  const roots = trace.filter(({ parentSpanId }) => !ids.has(parentSpanId));
  const zeroMs = trace[0]?.startMs ?? 0;
  const lines = (span: CollectedSpan, indent: string): string[] => {
    const children = trace.filter(({ parentSpanId }) => parentSpanId === span.spanId);
    return [`${indent}${describe(span, zeroMs)}`, ...children.flatMap((child) => lines(child, `${indent}   `))];
  };
  return [`trace ${traceId}`, ...roots.flatMap((root) => lines(root, '   '))].join('\n');
}

function describe({ name, startMs, endMs, attributes, hasFailed }: CollectedSpan, zeroMs: number): string {
  const shown = [
    'cloudevents.event_type',
    'relay.command',
    'relay.outcome',
    'relay.result',
    'relay.subscribers',
    'http.response.status_code',
    'error.type',
  ]
    .filter((fact) => attributes[fact] !== undefined)
    .map((fact) => String(attributes[fact]));
  return (
    `${name}  +${(startMs - zeroMs).toFixed(0)} ms, ${(endMs - startMs).toFixed(0)} ms  ` +
    `${shown.join(', ')}${hasFailed ? '  FAILED' : ''}`.trimEnd()
  );
}
