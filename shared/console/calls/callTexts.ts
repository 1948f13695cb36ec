import type { CallItem } from '../api/answers';
import { toShownText } from '../../webhooks/formats/shownText';

/** A display name is the caller's own choice: however long, it must not push everything else away. */
const MAX_NAME_LENGTH = 80;
const MAX_SUBJECT_LENGTH = 250;

interface Party {
  readonly uri?: string | undefined;
  readonly name?: string | undefined;
  readonly phoneNumber?: string | undefined;
}

/** Who calls, as a heading: the name, else the number or the address. Pure. */
export function callerName({ invitation: { from } }: CallItem): string {
  if (from === undefined) return 'Unknown caller';
  if (isWithheld(from)) return 'Number withheld';
  const name = toShownText(from.name ?? '', MAX_NAME_LENGTH);
  const shown = name === '' ? (from.phoneNumber ?? addressOf(from.uri) ?? 'Unknown caller') : name;
  return from.callerType === 'guest' ? `${shown} (guest)` : shown;
}

/** Under the name: number or address, which the caller cannot choose, and company; those that there are. Pure. */
export function callerDetails(call: CallItem): readonly string[] {
  const { from } = call.invitation;
  if (from === undefined || isWithheld(from)) return [];
  const name = callerName(call);
  const details = [from.phoneNumber, addressOf(from.uri), toShownText(from.contact?.company ?? '', MAX_NAME_LENGTH)];
  return [...new Set(details)].flatMap((text) =>
    text === undefined || text === '' || text === name || isNumberOf(text, from) ? [] : [text],
  );
}

/** `+493090182017` in the address `+493090182017@contoso.com` is the number once more. */
function isNumberOf(text: string, { phoneNumber }: Party): boolean {
  return phoneNumber !== undefined && text !== phoneNumber && text.startsWith(phoneNumber);
}

function isWithheld({ callerType, anonymous }: NonNullable<CallItem['invitation']['from']>): boolean {
  return callerType === 'withheld' || (anonymous === true && callerType !== 'guest');
}

/** Whom a call back would reach; undefined where nobody can. Pure. */
export function callBackTarget({ invitation: { from } }: CallItem): string | undefined {
  if (from === undefined || isWithheld(from) || from.callerType === 'guest') return undefined;
  return from.phoneNumber ?? from.uri;
}

/** For whom it rings: the account, by the name that the call has for it, else by its address. Pure. */
export function accountName(account: string, to?: Party): string {
  const isAccount = to?.uri?.toLowerCase() === account.toLowerCase();
  const name = isAccount ? toShownText(to.name ?? '', MAX_NAME_LENGTH) : '';
  return name === '' ? capitalised((addressOf(account) ?? account).replace(/@.*$/, '')) : name;
}

/** As accountName, of a call. Pure. */
export function calledName({ account, invitation }: CallItem): string {
  return accountName(account, invitation.to);
}

/** "transferred by Dana Berg", "on behalf of Carol Novak"; those that hold. Pure. */
export function routeTexts({ invitation }: CallItem): readonly string[] {
  const parts: readonly (readonly [string, Party | undefined])[] = [
    ['transferred by', invitation.transferredBy],
    ['forwarded by', invitation.forwardedBy],
    ['on behalf of', invitation.onBehalfOf ?? invitation.delegator],
  ];
  return parts.flatMap(([words, person]) => {
    const name = person && partyName(person);
    return name === undefined ? [] : [`${words} ${name}`];
  });
}

/** What the caller says that it is about; empty where nothing. Pure. */
export function subjectText({ invitation: { subject } }: CallItem): string {
  return toShownText(subject ?? '', MAX_SUBJECT_LENGTH);
}

/** "Urgent", "Emergency"; undefined for an ordinary call. Pure. */
export function importanceText({ invitation: { importance } }: CallItem): string | undefined {
  return importance === undefined || importance === 'normal' ? undefined : capitalised(toShownText(importance, 20));
}

/** Who took it, where anyone is named. Pure. */
export function takenByText({ invitation: { acceptedBy } }: CallItem): string | undefined {
  const [person] = acceptedBy ?? [];
  return person && partyName(person);
}

function partyName({ name, uri }: Party): string | undefined {
  const shown = toShownText(name ?? '', MAX_NAME_LENGTH);
  return shown === '' ? addressOf(uri) : shown;
}

/** `alice@fabrikam.com` of `sip:alice@fabrikam.com;user=phone`. */
export function addressOf(uri: string | undefined): string | undefined {
  const address = toShownText((uri ?? '').replace(/^(sips?|tel):/i, '').replace(/[;?].*$/s, ''), MAX_NAME_LENGTH);
  return address === '' ? undefined : address;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
