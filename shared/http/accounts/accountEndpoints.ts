import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import type { AccountRegistry, KnownAccount } from '../../accounts/accountRegistry';
import { accountPathSchema } from '../../accounts/accountRequest';
import type { ManageAccounts } from '../../accounts/manageAccounts';
import type { Clock } from '../../clock';
import { parseOrExplain } from '../../errors/parseOrExplain';
import { RelayError } from '../../errors/relayError';
import { compact } from '../../invitations/compact';
import { accountKey } from '../../invitations/invitationId';
import type { CallViews } from '../../invitations/record/callViews';
import { slotOf, type SlotLeaseStore } from '../../relay/slots';
import { json, type Endpoint, type EndpointPorts } from '../endpoint';
import { toHeartbeat } from '../health/accountCheck';
import { toWindowMs } from '../listParameters';
import { queryOf } from '../queryOf';
import { readAnyJson } from '../readJson';
import { accountListQuerySchema, gapsQuerySchema, type accountCheckSchema } from './accountAnswers';
import { toAccountSettingsView, toAccountView } from './accountView';
import { listAccounts } from './listAccounts';

export interface AccountEndpointPorts extends EndpointPorts {
  readonly accounts: AccountRegistry;
  readonly manageAccounts: ManageAccounts;
  /** Tries the account step by step, on an endpoint of its own. Never rejects. */
  readonly checkAccount: (
    known: KnownAccount,
    signal: AbortSignal,
  ) => Promise<z.infer<typeof accountCheckSchema>['steps']>;
  readonly leases: SlotLeaseStore;
  readonly invitations: Pick<CallViews, 'gaps'>;
  readonly clock: Clock;
}

type AccountEndpoint = Endpoint<AccountEndpointPorts>;

/** `GET /accounts?state=&limit=&cursor=` */
export const listAllAccountsEndpoint: AccountEndpoint = async (request, ports) => {
  const query = parseOrExplain(queryOf(request.query), accountListQuerySchema, 'The query');
  return json(200, await listAccounts(query, ports, ports.clock.now()));
};

/** `GET /accounts/{sipUri}` */
export const getAccountEndpoint: AccountEndpoint = async (request, { accounts, leases, clock }) => {
  const known = await find(request, accounts);
  const rows = await leases.read({ health: true });
  const row = rows.find(({ slot }) => slot === slotOf(known.account.sipUri));
  return json(200, toAccountView(known, row && toHeartbeat(row, clock.now()), clock.now()));
};

/** `PUT /accounts/{sipUri}`: 201, or 200 where it was there. */
export const putAccountEndpoint: AccountEndpoint = async (request, { accounts, manageAccounts }, caller) => {
  const body = await readAnyJson(request);
  const { isNew, record } = await manageAccounts.put(pathOf(request), body, caller);
  accounts.invalidate();
  return json(isNew ? 201 : 200, toAccountSettingsView(accounts.toKnown(record)));
};

/** `PATCH /accounts/{sipUri}` */
export const changeAccountEndpoint: AccountEndpoint = async (request, { accounts, manageAccounts }, caller) => {
  const record = await manageAccounts.change(pathOf(request), await readAnyJson(request), caller);
  accounts.invalidate();
  return json(200, toAccountSettingsView(accounts.toKnown(record)));
};

/** `DELETE /accounts/{sipUri}` */
export const deleteAccountEndpoint: AccountEndpoint = async (request, { accounts, manageAccounts }, caller) => {
  await manageAccounts.remove(pathOf(request), caller);
  accounts.invalidate();
  return { status: 204 };
};

/** `POST /accounts/{sipUri}/check` */
export const checkAccountEndpoint: AccountEndpoint = async (request, ports, caller, signal) => {
  const known = await find(request, ports.accounts);
  if (known.problem !== undefined) throw known.problem;
  const steps = await ports.checkAccount(known, signal);
  const ok = !signal.aborted && steps.every(({ outcome }) => outcome !== 'failed');
  ports.log.info('accountChecked', { account: known.account.sipUri, ok, caller: caller.name });
  return json(200, { account: known.account.sipUri, ok, steps } satisfies z.infer<typeof accountCheckSchema>);
};

/** `GET /accounts/{sipUri}/gaps?since=&until=&limit=&cursor=` */
export const listGapsEndpoint: AccountEndpoint = async (request, { accounts, invitations, clock }) => {
  const { since, until, ...page } = parseOrExplain(queryOf(request.query), gapsQuerySchema, 'The query');
  const { account } = await find(request, accounts);
  const { gaps, cursor } = await invitations.gaps(account.sipUri, {
    sinceMs: 0,
    untilMs: clock.now(),
    ...toWindowMs({ since, until }),
    ...compact(page),
  });
  return json(200, {
    gaps: gaps.map(({ id, data: { cause, after, before } }) => ({ id, cause, after, before })),
    ...compact({ cursor }),
  });
};

function pathOf(request: HttpRequest): string {
  return request.params.sipUri ?? '';
}

async function find(request: HttpRequest, accounts: AccountRegistry): Promise<KnownAccount> {
  const { sipUri } = parseOrExplain({ sipUri: pathOf(request) }, accountPathSchema, 'The path');
  const known = await accounts.find(accountKey(sipUri));
  if (known === undefined) throw new RelayError('notFound', `The relay has no account ${sipUri}.`);
  return known;
}
