export type HealthStatus = 'pass' | 'warn' | 'fail';

export interface HealthCheck {
  readonly status: HealthStatus;
  readonly componentType?: string;
  readonly [field: string]: unknown;
}
