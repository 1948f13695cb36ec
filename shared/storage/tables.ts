import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import type { Connection } from '../config/settings';
import { storageUnavailable, statusOf } from './translateStorageError';

/** Table clients by name. A table is created when it is first asked for; a client is built once. */
export interface Tables {
  client(name: TableName): Promise<TableClient>;
}

/** Every table of the product: retention and erasure go over this list, so no table can be forgotten. */
export const tableNames = [
  'accountAudit',
  'accountStates',
  'accounts',
  'calls',
  'callsByAccount',
  'claims',
  'commandAudit',
  'connectedCalls',
  'deliveries',
  'deliveryRates',
  'feed',
  'slotLeases',
  'startedCalls',
  'subscriptionHealth',
  'subscriptions',
] as const;
export type TableName = (typeof tableNames)[number];

/**
 * @param credential is asked for only where the connection is an identity.
 * Errors: `storageUnavailable` when the table can be neither found nor created; the next call tries again. A request of any
 * client ends within 5 s, and is repeated twice.
 */
export function createTables(connection: Connection, credential: () => TokenCredential): Tables {
  const clients = new Map<TableName, Promise<TableClient>>();
  const open = async (name: TableName): Promise<TableClient> => {
    const client = clientFor(connection, name, credential);
    try {
      await client.createTable();
    } catch (error) {
      if (statusOf(error) !== 409) throw storageUnavailable(error);
    }
    return client;
  };
  return {
    client(name) {
      const known = clients.get(name);
      if (known !== undefined) return known;
      const opening = open(name);
      clients.set(name, opening);
      opening.catch(() => clients.delete(name));
      return opening;
    },
  };
}

/** The SDK's own retries take up to a minute, which a ringing call does not have; a caller that can wait tries again. */
const retryOptions = { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1_000 };

/** The SDK waits for ever on a connection whose peer has vanished without a word. */
const REQUEST_TIMEOUT_MS = 5_000;

const clientOptions: TableServiceClientOptions = {
  retryOptions,
  additionalPolicies: [
    {
      position: 'perRetry',
      policy: {
        name: 'requestTimeout',
        sendRequest(request, next) {
          request.timeout = REQUEST_TIMEOUT_MS;
          return next(request);
        },
      },
    },
  ],
};

function clientFor(connection: Connection, name: string, credential: () => TokenCredential): TableClient {
  return 'connectionString' in connection
    ? TableClient.fromConnectionString(connection.connectionString, name, optionsFor(connection.connectionString))
    : new TableClient(tableUrl(connection.name), name, credential(), clientOptions);
}

function tableUrl(accountName: string): string {
  return `https://${accountName}.table.core.windows.net`;
}

/** Plain http only where the connection string itself says so (Azurite on this machine). */
function optionsFor(connectionString: string): TableServiceClientOptions {
  return {
    ...clientOptions,
    allowInsecureConnection: /UseDevelopmentStorage=true|DefaultEndpointsProtocol=http(;|$)|TableEndpoint=http:/i.test(
      connectionString,
    ),
  };
}
