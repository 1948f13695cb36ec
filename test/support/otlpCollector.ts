import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

/** What a span or a data point says of itself, flat. */
export type CollectedAttributes = Readonly<Record<string, unknown>>;

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly hasFailed: boolean;
  readonly attributes: CollectedAttributes;
}

export interface CollectedPoint {
  readonly attributes: CollectedAttributes;
  /** A counter's or gauge's value; a histogram's number of recordings. */
  readonly value: number;
  /** A histogram's sum. */
  readonly sum: number | undefined;
}

/** A collector of OpenTelemetry: OTLP over HTTP, in JSON. */
export interface OtlpCollector {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** The first span, collected or to come, that matches. */
  span(matches: (span: CollectedSpan) => boolean): Promise<CollectedSpan>;
  /** Resolves as soon as a point of that metric, collected or to come, is the newest and matches. */
  metric(name: string, matches: (point: CollectedPoint) => boolean): Promise<void>;
  /** The newest points of the metrics, by the metric's name. */
  readonly metrics: ReadonlyMap<string, readonly CollectedPoint[]>;
  /** All bodies as they came. */
  readonly bodies: readonly string[];
  close(): Promise<void>;
}

const attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((list): CollectedAttributes =>
    Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])),
  );
const nanoseconds = z.coerce.number().transform((value) => value / 1e6);

/** Status code 2 is an error (OTLP, `Status`). */
const spanSchema = z
  .object({
    traceId: z.string(),
    spanId: z.string(),
    parentSpanId: z.string().default(''),
    name: z.string(),
    startTimeUnixNano: nanoseconds,
    endTimeUnixNano: nanoseconds,
    attributes,
    status: z.object({ code: z.number().default(0) }).default({ code: 0 }),
  })
  .transform(({ startTimeUnixNano: startMs, endTimeUnixNano: endMs, status, attributes, ...span }): CollectedSpan => ({
    ...span,
    startMs,
    endMs,
    hasFailed: status.code === 2,
    attributes,
  }));
const tracesSchema = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) })),
});

const pointSchema = z
  .object({
    attributes,
    asDouble: z.number().optional(),
    asInt: z.coerce.number().optional(),
    count: z.coerce.number().optional(),
    sum: z.number().optional(),
  })
  .transform(({ attributes, asDouble, asInt, count, sum }): CollectedPoint => ({
    attributes,
    value: asDouble ?? asInt ?? count ?? NaN,
    sum,
  }));
const pointsSchema = z.object({ dataPoints: z.array(pointSchema) }).optional();
const metricSchema = z.object({ name: z.string(), sum: pointsSchema, gauge: pointsSchema, histogram: pointsSchema });
const metricsSchema = z.object({
  resourceMetrics: z.array(z.object({ scopeMetrics: z.array(z.object({ metrics: z.array(metricSchema) })) })),
});

/** Listens on a port of the system's choice. */
export async function startOtlpCollector(): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const metrics = new Map<string, readonly CollectedPoint[]>();
  const bodies: string[] = [];
  const watchers = new Set<() => void>();

  const take = (path: string, body: string): void => {
    bodies.push(body);
    if (path === '/v1/traces') {
      spans.push(
        ...tracesSchema
          .parse(JSON.parse(body))
          .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
      );
    } else {
      const collected = metricsSchema
        .parse(JSON.parse(body))
        .resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
      for (const { name, sum, gauge, histogram } of collected)
        metrics.set(name, (sum ?? gauge ?? histogram)?.dataPoints ?? []);
    }
    for (const check of watchers) check();
  };

  const found = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const check = (): void => {
        const one = find();
        if (one === undefined) return;
        watchers.delete(check);
        resolve(one);
      };
      watchers.add(check);
      check();
    });

  const server = createServer({ noDelay: true }, (request, response) => {
    text(request)
      .then((body) => {
        take(request.url ?? '', body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      })
      .catch((error: unknown) => response.writeHead(400).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${String(port)}`,
    spans,
    metrics,
    bodies,
    span: (matches) => found(() => spans.find(matches)),
    async metric(name, matches) {
      await found(() => metrics.get(name)?.find(matches));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
