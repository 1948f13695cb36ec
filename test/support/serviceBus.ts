import { readProductConfig } from '../../infra/local/service-bus/config/productConfig';
import {
  startServiceBus,
  type ServiceBus,
  type ServiceBusOptions,
} from '../../infra/local/service-bus/startServiceBus';

/** A broker on a free port, with the product's entities unless others are given. Close it when the test is over. */
export const startTestServiceBus = (options: Partial<ServiceBusOptions> = {}): Promise<ServiceBus> =>
  startServiceBus({ config: readProductConfig(), ...options });
