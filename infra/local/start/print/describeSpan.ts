import { z } from 'zod';

/** As the app writes a span with `OTEL_TRACES_EXPORTER=console` (shared/telemetry/spanLines.ts). */
const spanSchema = z.object({
  span: z.string(),
  ms: z.number(),
  traceId: z.string(),
  error: z.string().optional(),
  attributes: z.record(z.string(), z.unknown()),
});

/** What a line of the app says of a span that has ended; undefined where it is no such line. */
export function describeSpan(line: string): string | undefined {
  const start = line.indexOf('{"span":');
  if (start === -1) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(line.slice(start));
  } catch {
    return undefined;
  }
  const span = spanSchema.safeParse(json).data;
  if (span === undefined) return undefined;
  const { error, attributes } = span;
  const facts = Object.entries(attributes).map(([name, value]) => `${name.replace(/^.*\./, '')}=${String(value)}`);
  const took = `${span.ms.toFixed(1).padStart(8)} ms`;
  return [took, `trace ${span.traceId.slice(0, 8)}`, span.span, error === undefined ? '' : `FAILED ${error}`, ...facts]
    .filter((part) => part !== '')
    .join('  ');
}
