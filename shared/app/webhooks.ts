import type { AccountRegistry } from '../accounts/accountRegistry';
import type { Clock } from '../clock';
import type { Settings } from '../config/settings';
import { encodeCapability } from '../http/identity/capability';
import { busEntities } from '../messaging/busEntities';
import { createServiceBusRetryQueue } from '../messaging/webhookRetryQueue';
import { createRateSlots } from '../storage/rateSlots';
import type { Log } from '../telemetry/log';
import { createWebhooks, type Webhooks } from '../webhooks/createWebhooks';
import type { ConfirmUrl } from '../webhooks/formats/teamsCard';
import type { Connections } from './connections';
import type { Stores } from './stores';

export interface WebhookParts {
  readonly stores: Stores;
  readonly accounts: AccountRegistry;
  readonly clock: Clock;
  readonly log: Log;
}

/** Webhooks over tables and bus. */
export function connectWebhooks(
  settings: Settings,
  { tables, bus, publisher }: Connections,
  { stores, accounts, clock, log }: WebhookParts,
): Webhooks {
  return createWebhooks({
    views: stores.views,
    records: stores.records,
    health: stores.subscriberHealth,
    accounts: async () => (await accounts.list()).map(({ account }) => account.sipUri),
    store: stores.subscriptions,
    rateSlots: createRateSlots(tables, clock, Math.random),
    queue: createServiceBusRetryQueue(bus.sender(busEntities.retries)),
    publisher,
    encryptionKey: settings.encryptionKey,
    allowedCidrs: settings.webhookAllowedCidrs,
    caCertificate: settings.webhookCaCertificate,
    requestOrigin: settings.publicUrl === undefined ? 'ucwa-relay' : new URL(settings.publicUrl).host,
    confirmUrl: confirmLinks(settings),
    clock,
    random: Math.random,
    log,
  });
}

/** A call that was missed is called back the same day. */
const CALL_BACK_MS = 86_400_000;

/** Links of cards to the confirm page; none without a public address. They last as long as the call rings; to call back, a day. */
function confirmLinks({ publicUrl, signingKey }: Settings): ConfirmUrl {
  return (event, purpose) => {
    if (publicUrl === undefined) return undefined;
    const expiresAtMs = purpose === 'callBack' ? event.timeMs + CALL_BACK_MS : event.expiryTimeMs;
    const capability = { purpose, subject: event.subject, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
    return `${publicUrl}/api/confirm/${encodeCapability(capability, signingKey)}`;
  };
}
