import { compact } from './compact';
import type { Outcome, Person, Route } from './invitationData';
import { outcomeTable, type OutcomeCondition, type OutcomeRow } from './outcomeTable';
import { isSameAddress, isVoicemail, namedBy } from './sipUri';

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
  /** How the call came to the account: unless it came directly, others may have been rung beside this user. */
  readonly route?: Route | undefined;
}

/**
 * How the invitation ended, by the outcome table; then who took the call, where acceptedBy names someone. Status, code,
 * subcode and message are carried verbatim. Undefined when UCWA tells nothing of the end: no result is guessed.
 */
export function outcomeOf(end: InvitationEnd): Outcome | undefined {
  const row = outcomeTable.find(({ when }) => matches(when, end));
  if (row === undefined) return undefined;
  const { status, code, subcode, message } = end;
  return { ...row.then, ...answererOf(end, row.then), ...compact({ status, code, subcode, message }) };
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
 * Voice mail and another user show in acceptedBy; a telephone there says nothing (it may be the user's own). A call that
 * nobody had answered stays so, whatever the name. Unless the caller called this account itself, "another endpoint of the
 * user" would be a guess where nobody is named.
 */
function answererOf(end: InvitationEnd, byTable: OutcomeRow['then']): Pick<Outcome, 'answered' | 'answeredBy'> {
  if (byTable.answered === false) return {};
  const uris = (end.acceptedBy ?? []).flatMap(({ uri }) => uri ?? []);
  if (uris.some(isVoicemail)) return { answered: true, answeredBy: 'voicemail' };
  if (uris.some((uri) => namedBy(uri) === 'user' && !isSameAddress(uri, end.account)))
    return { answered: true, answeredBy: 'otherPerson' };
  return byTable.answeredBy === 'otherEndpoint' && end.route !== 'direct' ? { answeredBy: 'unknown' } : {};
}
