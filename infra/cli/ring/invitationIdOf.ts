import { accountKey, encodeInvitationId } from '../../../shared/invitations/invitationId';
import { kindNames, kinds } from '../../../shared/invitations/kinds';
import { invitationAddress } from '../../../shared/invitations/resourcePath';

/**
 * The id under which the relay tells of the invitation at `href`. It depends on nothing but the account, the address
 * and the signing key, so it is known the moment the call rings.
 */
export function invitationIdOf(href: string, account: string, signingKey: string): string {
  const address = invitationAddress(href);
  const kind = kindNames.find((name) => kinds[name].collection === address?.collection);
  if (address === undefined || kind === undefined)
    throw new Error(`${href} is no address of an invitation that the relay carries.`);
  const { applicationId, collection, id } = address;
  return encodeInvitationId({ accountKey: accountKey(account), kind, applicationId, collection, id }, signingKey);
}
