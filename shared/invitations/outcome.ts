import { compact } from './compact';
import type { Outcome, Person } from './invitationData';
import { outcomeTable, type OutcomeCondition } from './outcomeTable';
import { isSameAddress, isUser, isVoicemail } from './sipUri';

/** What a `completed` event and its invitation tell of the end. */
export interface InvitationEnd {
  /** The account's SIP URI: tells the user from other people. */
  readonly account: string;
  readonly status?: string | undefined;
  readonly code?: string | undefined;
  readonly subcode?: string | undefined;
  readonly message?: string | undefined;
  /** In the events' spelling (`incoming`, `connected`). */
  readonly direction?: string | undefined;
  readonly state?: string | undefined;
  readonly acceptedBy?: readonly Person[] | undefined;
  /** Whose call it really was, or who sent it on: then others were rung beside this user. */
  readonly onBehalfOf?: Person | undefined;
  readonly delegator?: Person | undefined;
  readonly forwardedBy?: Person | undefined;
}

/**
 * How the invitation ended, by the outcome table; then who took the call, where acceptedBy names someone. Status, code,
 * subcode and message are carried verbatim. Undefined when UCWA tells nothing of the end: no result is guessed.
 */
export function outcomeOf(end: InvitationEnd): Outcome | undefined {
  const row = outcomeTable.find(({ when }) => matches(when, end));
  if (row === undefined) return undefined;
  const { status, code, subcode, message } = end;
  return { ...row.then, ...answererOf(end, row.then.answeredBy), ...compact({ status, code, subcode, message }) };
}

function matches(when: OutcomeCondition, end: InvitationEnd): boolean {
  const oneOf = (allowed: readonly string[] | undefined, value: string | undefined): boolean =>
    allowed === undefined || allowed.some((name) => name.toLowerCase() === value?.toLowerCase());
  return (
    oneOf(listed(when.status), end.status) &&
    oneOf(listed(when.state), end.state) &&
    oneOf(when.code, end.code) &&
    oneOf(when.subcode, end.subcode) &&
    oneOf(listed(when.direction), end.direction)
  );
}

function listed(value: string | undefined): readonly string[] | undefined {
  return value === undefined ? undefined : [value];
}

/**
 * Voice mail and another user show in acceptedBy; a telephone there says nothing (it may be the user's own). Where other
 * people were rung too (a team, a delegate) and nobody is named, "another endpoint of the user" would be a guess.
 */
function answererOf(end: InvitationEnd, byTable: Outcome['answeredBy']): Pick<Outcome, 'answered' | 'answeredBy'> {
  const uris = (end.acceptedBy ?? []).flatMap(({ uri }) => uri ?? []);
  if (uris.some(isVoicemail)) return { answered: true, answeredBy: 'voicemail' };
  if (uris.some((uri) => isUser(uri) && !isSameAddress(uri, end.account)))
    return { answered: true, answeredBy: 'otherPerson' };
  const othersRang =
    end.state === 'teamRing' || [end.onBehalfOf, end.delegator, end.forwardedBy].some((person) => person !== undefined);
  return byTable === 'otherEndpoint' && othersRang ? { answeredBy: 'unknown' } : {};
}
