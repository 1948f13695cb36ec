import type { Clock } from '../clock';
import type { Settings } from '../config/settings';
import { credentialFor } from '../identity';
import { withoutLargestParts } from '../invitations/normalise/withoutLargestParts';
import { createBusConnection } from '../messaging/busConnection';
import { createEventPublisher } from '../messaging/eventPublisher';
import { openServiceBus } from '../messaging/openServiceBus';
import { createRawBlobs } from '../storage/rawBlobs';
import { createTables } from '../storage/tables';
import type { Log } from '../telemetry/log';

/** The clients of Azure that the parts of the app share. */
export type Connections = ReturnType<typeof openConnections>;

/** The clients of Azure. Each connects when it is first used. */
export function openConnections({ storage, serviceBus }: Settings, clock: Clock, log: Log) {
  const openBus = () => openServiceBus(serviceBus, () => credentialFor(serviceBus));
  const rawBlobs = createRawBlobs(storage, () => credentialFor(storage), clock);
  return {
    tables: createTables(storage, () => credentialFor(storage)),
    openBus,
    bus: createBusConnection(openBus, clock),
    rawBlobs,
    publisher: createEventPublisher({ openClient: openBus, rawBlobs, shrink: withoutLargestParts, clock, log }),
  };
}
