import { accountKey, encodeInvitationId } from '../../shared/invitations/invitationId';
import { kindNames, kinds } from '../../shared/invitations/kinds';

/**
 * The public id that a relay with this signing key gives the invitation at a path of the simulator's: what its ledger
 * calls by path, the topic calls by id.
 */
export function invitationIdAt(path: string, account: string, signingKey: string): string {
  const [, applicationId = '', collection = '', id = ''] =
    /\/applications\/([^/]+)\/communication\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const kind = kindNames.find((name) => kinds[name].collection === collection);
  if (kind === undefined) throw new Error(`No kind of invitation stands at ${path}.`);
  return encodeInvitationId({ accountKey: accountKey(account), kind, applicationId, collection, id }, signingKey);
}
