import type { AccountRegistry } from '../../accounts/accountRegistry';
import { RelayError } from '../../errors/relayError';
import { accountKey } from '../../invitations/invitationId';
import type { Webhooks } from '../../webhooks/createWebhooks';
import { json, type Endpoint, type EndpointPorts } from '../endpoint';
import { readJson } from '../readJson';
import { unsubscribeUrl } from '../unsubscribeUrl';
import { callTriggers, isCallTrigger } from './callTriggers';
import { callTriggerSchema } from './connectorSchemas';

export interface TriggerEndpointPorts extends EndpointPorts {
  readonly webhooks: Webhooks;
  readonly accounts: Pick<AccountRegistry, 'find'>;
  readonly settings: { readonly publicUrl: string | undefined; readonly signingKey: string };
}

/**
 * `POST /connector/triggers/{trigger}`: a webhook subscription as a flow makes it, flat and without a handshake, which the flow
 * service cannot answer. `Location` removes it without a key. The same callback URL again is the same subscription.
 * Errors: `notFound` for a moment that is none; `requestInvalid` for a URL that is refused or an account that is not one of ours.
 */
export const triggerEndpoint: Endpoint<TriggerEndpointPorts> = async (
  request,
  { webhooks, accounts, settings },
  caller,
) => {
  const trigger = request.params.trigger ?? '';
  if (!isCallTrigger(trigger))
    throw new RelayError(
      'notFound',
      `There is no trigger "${trigger}"; there are ${Object.keys(callTriggers).join(', ')}.`,
    );
  const { url, account = '' } = await readJson(request, callTriggerSchema);
  const { summary, filters } = callTriggers[trigger];
  const { subscription } = await webhooks.subscriptions.createForFlow(
    {
      url,
      description: summary,
      filters: { ...filters, ...(account !== '' && { accounts: [await known(account, accounts)] }) },
    },
    caller.name,
  );
  return json(201, { id: subscription.id }, { location: unsubscribeUrl(subscription.id, request.url, settings) });
};

/** A flow for an account that is not there would wait for ever without a word. */
async function known(account: string, accounts: TriggerEndpointPorts['accounts']): Promise<string> {
  const found = await accounts.find(accountKey(account));
  if (found?.enabled === true) return found.account.sipUri;
  throw new RelayError('requestInvalid', 'The account is not one that this relay listens for.', {
    extensions: { errors: [{ field: 'account', message: 'is not an account of this relay' }] },
  });
}
