import type { TokenCredential } from '@azure/identity';
import {
  AzureMonitorMetricExporter,
  AzureMonitorTraceExporter,
  type AzureMonitorExporterOptions,
} from '@azure/monitor-opentelemetry-exporter';
import { context, diag, DiagLogLevel, metrics, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  detectResources,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Clock } from '../clock';
import { VERSION } from '../version';
import type { Log } from './log';
import { createSpanLines } from './spanLines';
import type { TelemetryTargets } from './telemetryTargets';

export interface TelemetryPorts {
  /** Asked for where Application Insights takes no key. */
  readonly credential: (clientId: string | undefined) => TokenCredential;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Telemetry {
  /** Sends what has gathered, within two seconds, and ends. Never rejects. */
  stop(): Promise<void>;
}

/** The platform gives a process about ten seconds to end; the relay itself needs five. */
const FLUSH_WITHIN_MS = 2_000;

/**
 * Sets the process's tracer and meter: from now on the spans and metrics of trace.ts and metrics.ts go where `targets`
 * says. Loads the SDK and its exporters, so import it only where something is asked for.
 *
 * Sampling is OpenTelemetry's own (`OTEL_TRACES_SAMPLER`): everything, or as the caller has decided. Trouble with an
 * exporter is a warning in the log and never disturbs the work.
 */
export function startTelemetry(targets: TelemetryTargets, { credential, clock, log }: TelemetryPorts): Telemetry {
  logTrouble(log);
  for (const name of targets.unknown)
    log.warn('telemetryExporterUnknown', { message: `${name} is none that the relay has: otlp, console, none.` });

  const azure =
    targets.applicationInsights === undefined ? undefined : toAzureOptions(targets.applicationInsights, credential);
  const resource = resourceFromAttributes({ 'service.name': 'ucwa-relay', 'service.version': VERSION }).merge(
    detectResources({ detectors: [envDetector, serviceInstanceIdDetector] }),
  );

  const tracerProvider = new BasicTracerProvider({ resource, spanProcessors: spanProcessors(targets, azure) });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracerProvider);

  const readers = metricExporters(targets, azure).map(
    (exporter) =>
      new PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis: targets.metricIntervalMs,
        exportTimeoutMillis: targets.metricIntervalMs,
      }),
  );
  const meterProvider = new MeterProvider({ resource, readers });
  metrics.setGlobalMeterProvider(meterProvider);

  return {
    async stop() {
      const flushed = new AbortController();
      await Promise.race([
        Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()]),
        clock.sleep(FLUSH_WITHIN_MS, flushed.signal),
      ]);
      flushed.abort();
    },
  };
}

function spanProcessors({ traces }: TelemetryTargets, azure: AzureMonitorExporterOptions | undefined): SpanProcessor[] {
  return [
    ...(traces.includes('otlp') ? [new BatchSpanProcessor(new OTLPTraceExporter())] : []),
    ...(traces.includes('console') ? [createSpanLines(writeToOutput)] : []),
    ...(azure === undefined ? [] : [consumerNames, new BatchSpanProcessor(new AzureMonitorTraceExporter(azure))]),
  ];
}

const writeToOutput = (line: string): void => void process.stdout.write(`${line}\n`);

/** Application Insights' exporter leaves a consumer's request without a name unless it is given under this one. */
const consumerNames: SpanProcessor = {
  onStart(span) {
    if (span.kind === SpanKind.CONSUMER) span.setAttribute('ai.operation.name', span.name);
  },
  onEnd: () => undefined,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

function metricExporters(
  { metrics: named }: TelemetryTargets,
  azure: AzureMonitorExporterOptions | undefined,
): PushMetricExporter[] {
  return [
    ...(named.includes('otlp') ? [new OTLPMetricExporter()] : []),
    ...(named.includes('console') ? [new ConsoleMetricExporter()] : []),
    ...(azure === undefined ? [] : [new AzureMonitorMetricExporter(azure)]),
  ];
}

/** Nothing of it is written to this machine's disk, not even while Application Insights cannot be reached. */
function toAzureOptions(
  { connectionString, identity }: NonNullable<TelemetryTargets['applicationInsights']>,
  credential: TelemetryPorts['credential'],
): AzureMonitorExporterOptions {
  return {
    connectionString,
    disableOfflineStorage: true,
    ...(identity !== undefined && { credential: credential(identity.clientId) }),
  };
}

const MAX_MESSAGE_CHARACTERS = 300;

/** Logs the problems of the SDK; the same message again only after another one. */
function logTrouble(log: Log): void {
  let reported = '';
  const report = (message: string): void => {
    if (message === reported) return;
    reported = message;
    log.warn('telemetryFailed', { message: message.slice(0, MAX_MESSAGE_CHARACTERS) });
  };
  const ignore = (): void => undefined;
  diag.setLogger({ error: report, warn: ignore, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ERROR);
}
