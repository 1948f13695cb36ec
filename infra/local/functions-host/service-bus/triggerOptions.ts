import type { ServiceBusClient } from '@azure/service-bus';
import type { Clock } from '../../../../shared/clock';
import type { IndexedFunction } from '../app/trigger';
import type { InvokeFunction } from '../app/invokeFunction';
import type { HostLog } from '../hostLog';
import type { ServiceBusOptions } from '../settings/hostJson';
import type { ServiceBusBinding } from './serviceBusBinding';

/** What receiving for one function needs. */
export interface ServiceBusTriggerOptions {
  readonly client: ServiceBusClient;
  readonly registered: IndexedFunction;
  readonly binding: ServiceBusBinding;
  readonly serviceBus: ServiceBusOptions;
  readonly invoke: InvokeFunction;
  readonly log: HostLog;
  readonly clock: Clock;
}
