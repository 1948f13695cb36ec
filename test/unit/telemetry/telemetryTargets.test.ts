import { parseTelemetryTargets, type TelemetryTargets } from '../../../shared/telemetry/telemetryTargets';

const nothing: TelemetryTargets = {
  traces: [],
  metrics: [],
  applicationInsights: undefined,
  metricIntervalMs: 60_000,
  unknown: [],
};
const CONNECTION = 'InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=https://example.com/';
const toAzure = (identity?: { clientId: string | undefined }): TelemetryTargets => ({
  ...nothing,
  applicationInsights: { connectionString: CONNECTION, identity },
});

describe('parseTelemetryTargets', () => {
  it.each<[string, Record<string, string>]>([
    ['nothing is set', {}],
    ['the settings are empty', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ', APPLICATIONINSIGHTS_CONNECTION_STRING: '' }],
    ['only the how is told', { OTEL_SERVICE_NAME: 'relay', OTEL_TRACES_SAMPLER: 'always_on' }],
    [
      'exporters are switched off',
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'none',
      },
    ],
    [
      'the SDK is switched off',
      { OTEL_SDK_DISABLED: 'TRUE', OTEL_TRACES_EXPORTER: 'console', APPLICATIONINSIGHTS_CONNECTION_STRING: CONNECTION },
    ],
  ])('asks for no telemetry where %s', (_title, environment) => {
    expect(parseTelemetryTargets(environment)).toBeUndefined();
  });

  it.each<[string, Record<string, string>, TelemetryTargets]>([
    [
      'both signals to the collector',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' },
      { ...nothing, traces: ['otlp'], metrics: ['otlp'] },
    ],
    [
      'one signal to a collector of its own',
      { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://localhost:4318/v1/metrics' },
      { ...nothing, metrics: ['otlp'] },
    ],
    ['traces to the console', { OTEL_TRACES_EXPORTER: 'console' }, { ...nothing, traces: ['console'] }],
    [
      'traces to both, once',
      { OTEL_TRACES_EXPORTER: 'otlp, console,otlp' },
      { ...nothing, traces: ['otlp', 'console'] },
    ],
    [
      'metrics alone',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', OTEL_TRACES_EXPORTER: 'none' },
      { ...nothing, metrics: ['otlp'] },
    ],
    [
      'what it does not know, by setting',
      { OTEL_METRICS_EXPORTER: 'prometheus' },
      { ...nothing, unknown: ['OTEL_METRICS_EXPORTER: prometheus'] },
    ],
    [
      'metrics more often',
      { OTEL_METRICS_EXPORTER: 'console', OTEL_METRIC_EXPORT_INTERVAL: '5000' },
      { ...nothing, metrics: ['console'], metricIntervalMs: 5000 },
    ],
    [
      'an interval that is none as the default',
      { OTEL_METRICS_EXPORTER: 'console', OTEL_METRIC_EXPORT_INTERVAL: 'often' },
      { ...nothing, metrics: ['console'] },
    ],
    ['Application Insights by key', { APPLICATIONINSIGHTS_CONNECTION_STRING: CONNECTION }, toAzure()],
    [
      'Application Insights by the system’s identity',
      {
        APPLICATIONINSIGHTS_CONNECTION_STRING: CONNECTION,
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD',
      },
      toAzure({ clientId: undefined }),
    ],
    [
      'Application Insights by an identity of one’s own',
      {
        APPLICATIONINSIGHTS_CONNECTION_STRING: CONNECTION,
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=abc; Authorization=AAD',
      },
      toAzure({ clientId: 'abc' }),
    ],
  ])('asks for %s', (_title, environment, targets) => {
    expect(parseTelemetryTargets(environment)).toEqual(targets);
  });
});
