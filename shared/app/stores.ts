import type { Clock } from '../clock';
import { createIsStoppedByRelay } from '../invitations/commands/stoppedByRelay';
import { createCallRecords } from '../storage/calls/createCallRecords';
import { createCallViews } from '../storage/calls/createCallViews';
import { createFeed } from '../storage/calls/createFeed';
import { createClaims } from '../storage/claims';
import { createCommandAudit } from '../storage/commandAudit';
import { createConnectedCalls } from '../storage/connectedCalls';
import { createSlotLeases } from '../storage/slotLeases';
import { createStartedCalls } from '../storage/startedCalls';
import { createSubscriberHealthStore } from '../storage/subscriberHealthStore';
import { createSubscriptionStore } from '../storage/subscriptionStore';
import type { Tables } from '../storage/tables';
import type { Log } from '../telemetry/log';

/** The stores that more than one part of the app uses. */
export type Stores = ReturnType<typeof createStores>;

/** The stores over the tables. */
export function createStores(tables: Tables, clock: Clock, log: Log) {
  const claims = createClaims(tables);
  const started = createStartedCalls(tables);
  return {
    leases: createSlotLeases(tables),
    claims,
    started,
    calls: {
      connected: createConnectedCalls(tables),
      started,
      isStoppedByRelay: createIsStoppedByRelay(claims, clock),
    },
    records: createCallRecords(tables),
    views: createCallViews(tables, clock),
    feed: createFeed(tables),
    audit: createCommandAudit(tables),
    subscriptions: createSubscriptionStore(tables, clock, log),
    subscriberHealth: createSubscriberHealthStore(tables),
  };
}
