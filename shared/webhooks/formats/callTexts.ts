import type { InvitationData } from '../../invitations/invitationData';
import { toShownText } from './shownText';

/** A display name is the caller's own choice: however long, it must not push the address away. */
const MAX_NAME_LENGTH = 80;

/**
 * Who calls, for a person: the display name with the address beside it, which Skype for Business vouches for and the caller
 * cannot choose. Pure.
 */
export function callerText({ from }: Pick<InvitationData, 'from'>): string {
  if (from === undefined) return 'an unknown caller';
  const name = from.name === undefined ? '' : toName(from.name);
  if (from.callerType === 'guest') return `${name === '' ? 'somebody' : name} (guest)`;
  if (from.callerType === 'withheld' || from.anonymous === true) return 'a withheld number';
  const address = callerAddress(from);
  if (address === undefined || address === name) return name === '' ? 'an unknown caller' : name;
  return name === '' ? address : `${name} (${address})`;
}

function callerAddress({ callerType, uri, phoneNumber }: NonNullable<InvitationData['from']>): string | undefined {
  const isPhone = callerType === 'phone' || uri === undefined;
  return (isPhone ? phoneNumber : undefined) ?? addressOf(uri);
}

/** Whom somebody calls back who missed a call: nobody where the caller is withheld, a guest, a server or not known. Pure. */
export function callBackAddress({ from, direction }: Pick<InvitationData, 'from' | 'direction'>): string | undefined {
  const { uri, phoneNumber, callerType = '', anonymous } = from ?? {};
  if (direction === 'outgoing' || anonymous === true || ['guest', 'service', 'withheld'].includes(callerType))
    return undefined;
  return phoneNumber === undefined || callerType === 'user' ? uri : `tel:${phoneNumber}`;
}

/** Whose phone a command sends the call to: the account's. Pure. */
export function phoneOwnerText({ to, account }: Pick<InvitationData, 'to' | 'account'>): string {
  const isAccount = to?.uri?.toLowerCase() === account.toLowerCase();
  const name = isAccount ? toName(to.name ?? '') : '';
  return name === '' ? (addressOf(account) ?? account) : name;
}

/** "Urgent", "Emergency"; undefined for an ordinary call. Pure. */
export function importanceText({ importance = 'normal' }: Pick<InvitationData, 'importance'>): string | undefined {
  if (importance === 'normal') return undefined;
  const shown = toName(importance);
  return shown.charAt(0).toUpperCase() + shown.slice(1);
}

function toName(name: string): string {
  return toShownText(name, MAX_NAME_LENGTH);
}

/** `alice@fabrikam.com` of `sip:alice@fabrikam.com;user=phone`. */
function addressOf(uri: string | undefined): string | undefined {
  const address = toShownText((uri ?? '').replace(/^(sips?|tel):/i, '').replace(/[;?].*$/s, ''), MAX_NAME_LENGTH);
  return address === '' ? undefined : address;
}
