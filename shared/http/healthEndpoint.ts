import type { SlotLeaseStore } from '../relay/slots';
import type { Clock } from '../clock';
import type { Endpoint, EndpointPorts } from './endpoint';
import { readHealth, toHealthResponse } from './health';

export interface HealthEndpointPorts extends EndpointPorts {
  readonly accounts: readonly { readonly sipUri: string }[];
  readonly leases: SlotLeaseStore;
  readonly clock: Clock;
}

/** `GET /health` */
export const healthEndpoint: Endpoint<HealthEndpointPorts> = async (_request, { accounts, leases, clock }) =>
  toHealthResponse(await readHealth({ accounts: accounts.map(({ sipUri }) => sipUri), leases, nowMs: clock.now() }));
