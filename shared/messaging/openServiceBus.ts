import type { TokenCredential } from '@azure/identity';
import type { ServiceBusClient, ServiceBusClientOptions } from '@azure/service-bus';
import type { Connection } from '../config/settings';

/** After this a send counts as failed, however many steps (connection, token, link, message) it took. */
export const SEND_TIMEOUT_MS = 5_000;

/**
 * A new client for the namespace; its owner closes it. Loads the SDK only now, so that a function that never touches the
 * bus starts without it.
 *
 * The client does not retry by itself: its own back-off starts at 30 s and knows nothing of a ringing call. Who sends
 * decides what is sent again, and when.
 *
 * @param credential is asked for only where the connection is an identity.
 */
export async function openServiceBus(
  connection: Connection,
  credential: () => TokenCredential,
): Promise<ServiceBusClient> {
  const { ServiceBusClient } = await import('@azure/service-bus');
  const options: ServiceBusClientOptions = { retryOptions: { maxRetries: 0, timeoutInMs: SEND_TIMEOUT_MS } };
  return 'connectionString' in connection
    ? new ServiceBusClient(connection.connectionString, options)
    : new ServiceBusClient(connection.name, credential(), options);
}
