import { join } from 'node:path';
import {
  startServiceBus,
  type ServiceBus,
  type ServiceBusOptions,
} from '../../infra/local/service-bus/startServiceBus';

/** The product's own entities, as the local stack has them. */
const PRODUCT_CONFIG = join(__dirname, '../../infra/local/service-bus/Config.json');

/** A broker on a free port, with the product's entities unless others are given. Close it when the test is over. */
export const startTestServiceBus = (options: Partial<ServiceBusOptions> = {}): Promise<ServiceBus> =>
  startServiceBus({ config: PRODUCT_CONFIG, ...options });
