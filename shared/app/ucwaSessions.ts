import { lookup } from 'node:dns/promises';
import type { Clock } from '../clock';
import type { Settings } from '../config/settings';
import { checkAccount } from '../doctor/checkAccount';
import type { AccountEndpointPorts } from '../http/accounts/accountEndpoints';
import { environmentIdentity } from '../identity';
import type { PolledAccount } from '../relay/accountSource';
import { createAccountStates } from '../storage/accountStates';
import type { Tables } from '../storage/tables';
import type { Log } from '../telemetry/log';
import { createMemoryBudget } from '../ucwa/channel/memoryBudget';
import { createStallMonitor } from '../ucwa/channel/stallMonitor';
import { createUcwaSession } from '../ucwa/createSession';
import { createUcwaHttp } from '../ucwa/http';
import { createRefusingSession } from '../ucwa/refusingSession';
import type { UcwaSession } from '../ucwa/session';

export interface UcwaSessionsPorts {
  /** Whether the environment names an identity for pools that offer modern authentication alone. */
  readonly hasIdentity: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** The sessions with UCWA of this process. */
export interface UcwaSessions {
  /** The session of an account, made when it is first asked for. */
  readonly of: (known: PolledAccount) => UcwaSession;
  /** Tries an account step by step, on an endpoint of its own. */
  readonly check: AccountEndpointPorts['checkAccount'];
  close(): void;
}

/** A check over HTTP is shown when it has ended. */
const checkPorts = {
  resolve: async (host: string) => (await lookup(host, { all: true })).map(({ address }) => address),
  onStep: () => undefined,
  onProgress: () => undefined,
  dialledAtMs: () => undefined,
};

/** Over HTTP there is no time for a whole poll. */
const CHECK_HOLDS_POLL_SECONDS = 20;

/** The sessions with UCWA: all of them share one HTTP client and its memory budget. */
export function createUcwaSessions(
  { allowedHosts, signingKey, kinds, caCertificate }: Settings,
  tables: Tables,
  { hasIdentity, clock, log }: UcwaSessionsPorts,
): UcwaSessions {
  const stalls = createStallMonitor(clock);
  const http = createUcwaHttp({ caCertificate, clock });
  const rejectedCredentials = createAccountStates(tables, clock);
  const bearerToken = hasIdentity ? environmentIdentity() : undefined;
  const sessionPorts = {
    allowedHosts,
    signingKey,
    kinds,
    http,
    stalls,
    budget: createMemoryBudget(clock),
    rejectedCredentials,
    bearerToken,
    clock,
    random: Math.random,
    log,
  };
  // By object: an account that was changed is another, and what was gone with it is forgotten.
  const sessions = new WeakMap<PolledAccount, UcwaSession>();
  return {
    of: (known) => {
      const { account, problem } = known;
      const session =
        sessions.get(known) ??
        (problem === undefined
          ? createUcwaSession({ account, ...sessionPorts })
          : createRefusingSession(account, problem));
      sessions.set(known, session);
      return session;
    },
    check: async ({ account }, signal) => [
      ...(await checkAccount(
        { account, allowedHosts, caCertificate, kinds },
        { ...checkPorts, rejectedCredentials, signingKey, bearerToken, clock },
        { holdPollSeconds: CHECK_HOLDS_POLL_SECONDS },
        signal,
      )),
    ],
    close() {
      stalls.close();
      http.close();
    },
  };
}
