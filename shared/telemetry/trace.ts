import {
  context,
  INVALID_TRACEID,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type SpanOptions as ApiSpanOptions,
} from '@opentelemetry/api';
import { toRelayError } from '../errors/relayError';

/** Facts for an operator, by name. Never a secret, and nothing that names a person: no address, no name, no number. */
export type SpanAttributes = Attributes;

export interface SpanOptions {
  /** What it is in the relation of programs (OpenTelemetry, "SpanKind"); `internal` unless given. */
  readonly kind?: keyof typeof kinds;
  /** What caused it, see fromTraceParent; the span that is active unless given. */
  readonly parent?: Context;
  /** Milliseconds since the epoch, where it began before the call. */
  readonly startedAtMs?: number;
  /** Asked for only where somebody records them. */
  readonly attributes?: () => SpanAttributes;
}

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
};

/** Stands for whatever tracer startTelemetry registers, then or later; its spans are invalid until then. */
const tracer = trace.getTracer('ucwa-relay');

/**
 * Does the work inside of a span, which ends when the work settles and has failed when it rejects (`error.type` is the
 * error's code; never its message, which may quote what was read). The result is the work's own. Where nothing is traced
 * it is the work and nothing else.
 */
export async function withSpan<T>(
  name: string,
  { kind = 'internal', parent = context.active(), startedAtMs, attributes }: SpanOptions,
  work: () => Promise<T>,
): Promise<T> {
  const options: ApiSpanOptions = { kind: kinds[kind] };
  if (startedAtMs !== undefined) options.startTime = startedAtMs;
  const span = tracer.startSpan(name, options, parent);
  if (span.spanContext().traceId === INVALID_TRACEID) return work();
  if (attributes !== undefined && span.isRecording()) span.setAttributes(attributes());
  return context.with(trace.setSpan(parent, span), async () => {
    try {
      return await work();
    } catch (error) {
      setStatus(toRelayError(error).code);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** As withSpan where there is a span to be part of, else the work alone: for what happens all the time, such as a poll. */
export function withinSpan<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  return trace.getActiveSpan() === undefined ? work() : withSpan(name, options, work);
}

/** Adds facts to the active span, if there is one. */
export function setAttributes(attributes: SpanAttributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** Says that what the active span tells of did not succeed, though nothing was thrown. @param reason a word, not a sentence. */
export function setStatus(reason: string): void {
  trace.getActiveSpan()?.setAttribute('error.type', reason).setStatus({ code: SpanStatusCode.ERROR, message: reason });
}

/**
 * The active span (or that of `from`) as W3C Trace Context, §3.2 writes it, for a header or an event; undefined where
 * nothing is traced.
 */
export function traceParentOf(from: Context = context.active()): string | undefined {
  const span = trace.getSpanContext(from);
  if (span === undefined || !isSpanContextValid(span)) return undefined;
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

/** Version 00 has these four fields; a later one may have more (W3C Trace Context, §3.2.4). */
const TRACE_PARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?=$|-)/;

/**
 * As the parent of a span: what a `traceparent` from elsewhere names. What is none is passed over: the span that is
 * active stays the parent.
 */
export function fromTraceParent(traceParent: string | null | undefined): Context {
  const active = context.active();
  const [whole, version, traceId, spanId, flags] = TRACE_PARENT.exec(traceParent ?? '') ?? [];
  if (
    traceId === undefined ||
    spanId === undefined ||
    flags === undefined ||
    (version === '00' && whole !== traceParent)
  )
    return active;
  const span = { traceId, spanId, traceFlags: parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(span) ? trace.setSpanContext(active, span) : active;
}

/** For a log line: the trace that it is part of. */
export function activeTraceId(): string | undefined {
  return traceParentOf()?.slice(3, 35);
}
