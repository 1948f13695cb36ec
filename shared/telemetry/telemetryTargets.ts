/** Where traces or metrics go, beside Application Insights. */
export type Exporter = 'otlp' | 'console';

export interface TelemetryTargets {
  readonly traces: readonly Exporter[];
  readonly metrics: readonly Exporter[];
  readonly applicationInsights:
    | {
        readonly connectionString: string;
        /** The identity that may write to it, where keys may not: a user-assigned one by its client id, else the system's. */
        readonly identity: { readonly clientId: string | undefined } | undefined;
      }
    | undefined;
  /** How often metrics go out. */
  readonly metricIntervalMs: number;
  /** Names of exporters that were asked for and that the relay does not have: `SETTING: name`. */
  readonly unknown: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_METRIC_INTERVAL_MS = 60_000;

/**
 * Reads where telemetry goes from the settings that the ecosystem has for it, and from no setting of the relay's own
 * (OpenTelemetry, "Environment Variable Specification"; Azure Monitor, "Connection strings"; Azure Functions, "App
 * settings", APPLICATIONINSIGHTS_AUTHENTICATION_STRING). Undefined where none of them asks for any. Pure. What is only
 * about the how (`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, `OTEL_SERVICE_NAME` and such) the SDK reads itself.
 */
export function parseTelemetryTargets(environment: Environment): TelemetryTargets | undefined {
  const of = (name: string): string | undefined => (environment[name] ?? '').trim() || undefined;
  if (of('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined;

  const unknown: string[] = [];
  const exporters = (signal: 'TRACES' | 'METRICS'): Exporter[] => {
    const setting = `OTEL_${signal}_EXPORTER`;
    const hasEndpoint =
      (of('OTEL_EXPORTER_OTLP_ENDPOINT') ?? of(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)) !== undefined;
    const asked =
      of(setting)
        ?.split(',')
        .map((name) => name.trim()) ?? (hasEndpoint ? ['otlp'] : []);
    unknown.push(
      ...asked
        .filter((name) => !isExporter(name) && name !== 'none' && name !== '')
        .map((name) => `${setting}: ${name}`),
    );
    return [...new Set(asked)].filter(isExporter);
  };
  const traces = exporters('TRACES');
  const metrics = exporters('METRICS');

  const connectionString = of('APPLICATIONINSIGHTS_CONNECTION_STRING');
  if (traces.length === 0 && metrics.length === 0 && connectionString === undefined && unknown.length === 0)
    return undefined;
  return {
    traces,
    metrics,
    applicationInsights:
      connectionString === undefined
        ? undefined
        : { connectionString, identity: parseIdentity(of('APPLICATIONINSIGHTS_AUTHENTICATION_STRING')) },
    metricIntervalMs: parseInterval(of('OTEL_METRIC_EXPORT_INTERVAL')),
    unknown,
  };
}

function isExporter(name: string): name is Exporter {
  return name === 'otlp' || name === 'console';
}

/** `Authorization=AAD`, and `ClientId=…` for a user-assigned identity. */
function parseIdentity(text = ''): { readonly clientId: string | undefined } | undefined {
  const fields = new Map(
    text
      .split(';')
      .map((field) => field.split('=').map((side) => side.trim()))
      .map(([name = '', value = '']) => [name.toLowerCase(), value]),
  );
  return fields.get('authorization')?.toUpperCase() === 'AAD' ? { clientId: fields.get('clientid') } : undefined;
}

function parseInterval(text: string | undefined): number {
  const intervalMs = Number(text);
  return Number.isSafeInteger(intervalMs) && intervalMs > 0 ? intervalMs : DEFAULT_METRIC_INTERVAL_MS;
}
