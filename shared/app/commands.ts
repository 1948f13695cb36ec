import { randomUUID } from 'node:crypto';
import type { AccountRegistry } from '../accounts/accountRegistry';
import type { Clock } from '../clock';
import type { Settings } from '../config/settings';
import type { CommandPorts } from '../invitations/commands/runCommand';
import type { Log } from '../telemetry/log';
import type { Connections } from './connections';
import type { Stores } from './stores';
import type { UcwaSessions } from './ucwaSessions';

export interface CommandParts {
  readonly stores: Stores;
  readonly accounts: AccountRegistry;
  readonly sessions: UcwaSessions;
  readonly clock: Clock;
  readonly log: Log;
}

/** What commands are carried out with: the session of the invitation's account, none of one that is disabled. */
export function createCommandPorts(
  { signingKey }: Settings,
  { publisher }: Connections,
  { stores, accounts, sessions, clock, log }: CommandParts,
): CommandPorts {
  return {
    gateway: async (key) => {
      const known = await accounts.find(key);
      return known?.enabled === true ? sessions.of(known) : undefined;
    },
    signingKey,
    claims: stores.claims,
    started: stores.started,
    calls: stores.views,
    audit: stores.audit,
    events: publisher,
    newId: randomUUID,
    clock,
    log,
  };
}
