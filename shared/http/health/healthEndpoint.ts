import type { AccountRegistry } from '../../accounts/accountRegistry';
import type { SlotLeaseStore } from '../../relay/slots';
import type { Clock } from '../../clock';
import type { Webhooks } from '../../webhooks/createWebhooks';
import type { SubscriberHealthStore } from '../../webhooks/delivery/subscriberHealth';
import type { Endpoint, EndpointPorts } from '../endpoint';
import type { AzureHealth } from './azureHealth';
import { readHealth, toHealthResponse } from './health';
import { readSubscriberHealth } from './subscriberHealth';

export interface HealthEndpointPorts extends EndpointPorts {
  readonly accounts: AccountRegistry;
  readonly leases: SlotLeaseStore;
  readonly webhooks: Webhooks;
  readonly subscriberHealth: Pick<SubscriberHealthStore, 'readAll'>;
  /** How bus, tables and clock are; never rejects. */
  readonly azureHealth: () => Promise<AzureHealth>;
  readonly clock: Clock;
}

/** `GET /health` */
export const healthEndpoint: Endpoint<HealthEndpointPorts> = async (
  _request,
  { accounts, leases, webhooks, subscriberHealth, azureHealth, clock },
) =>
  toHealthResponse(
    await readHealth({
      accounts,
      leases,
      subscribers: () => readSubscriberHealth(webhooks.subscriptions, subscriberHealth),
      azure: azureHealth,
      nowMs: clock.now(),
    }),
  );
