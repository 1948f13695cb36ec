import { entityPath } from '../../messaging/busEntities';
import type { BusProbe } from '../../messaging/probeBus';
import type { TableProbe } from '../../storage/probeTables';
import type { HealthCheck } from './healthCheck';

/** How the services beneath the relay answer it. */
export interface AzureHealth {
  readonly bus: readonly BusProbe[];
  readonly tables: TableProbe;
}

/** How long an answer of the services is good for: a monitor may ask every second. */
export const AZURE_HEALTH_MS = 30_000;

/** An event that is later than this says `delayed`, so a clock that is further off marks events wrongly. */
const CLOCK_WARN_MS = 5_000;
/** Tokens are taken with a minute of clock skew. */
const CLOCK_FAIL_MS = 60_000;

/** A check for each entity of the bus, for the tables, and for the clock where a service has said its time. Pure. */
export function toAzureChecks({ bus, tables }: AzureHealth): Record<string, readonly HealthCheck[]> {
  const checks: Record<string, HealthCheck[]> = {};
  for (const probe of bus) {
    (checks[`serviceBus:${entityPath(probe)}`] ??= []).push({
      status: probe.problem === undefined ? 'pass' : 'fail',
      componentType: 'datastore',
      observedValue: probe.access,
      ...(probe.problem === undefined ? {} : { output: probe.problem }),
    });
  }
  const failed = tables.problems.map(({ problem }) => ({
    status: 'fail' as const,
    componentType: 'datastore',
    output: problem,
  }));
  return {
    ...checks,
    tables: failed.length > 0 ? failed : [{ status: 'pass', componentType: 'datastore' }],
    ...(tables.clockAheadMs === undefined ? {} : { clock: [toClockCheck(tables.clockAheadMs)] }),
  };
}

function toClockCheck(aheadMs: number): HealthCheck {
  const seconds = Math.round(aheadMs / 1000);
  const far = Math.abs(aheadMs);
  return {
    status: far > CLOCK_FAIL_MS ? 'fail' : far > CLOCK_WARN_MS ? 'warn' : 'pass',
    componentType: 'system',
    observedValue: seconds,
    observedUnit: 's',
    ...(far > CLOCK_WARN_MS
      ? {
          output:
            `This machine’s clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} ` +
            `Azure’s: calls are marked late, or tokens refused. Set it by NTP.`,
        }
      : {}),
  };
}
