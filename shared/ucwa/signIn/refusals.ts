import { RelayError } from '../../errors/relayError';

/** A refusal that lasts until a person changes something. */
interface Refusal {
  readonly status: number;
  readonly subcode: string;
  readonly sentence: string;
  /** What to do; the doctor and `/health` say the same. */
  readonly whatToDo: string;
}

const refusals: readonly Refusal[] = [
  {
    status: 403,
    subcode: 'MobileApplicationNoLongerAllowed',
    sentence: 'The user may not use mobile applications, and UCWA counts as one',
    whatToDo: 'Give the user a mobility policy with EnableMobility (Grant-CsMobilityPolicy).',
  },
  {
    status: 403,
    subcode: 'UserAgentNotAllowed',
    sentence: 'The pool does not admit the client “ucwa-relay”',
    whatToDo: 'Allow the user agent ucwa-relay in the client version policy (New-CsClientVersionPolicyRule).',
  },
  {
    status: 409,
    subcode: 'TooManyApplications',
    sentence: 'The user has too many UCWA applications open',
    whatToDo: 'End other UCWA clients of this account; what nobody polls expires by itself after 15 minutes.',
  },
];

/** How long a refusal is left alone before it is tried again. */
const AGAIN_AFTER_MS = 900_000;

/** What each of the three says; the caller makes a refusal of it. */
export function refusalOf(
  status: number,
  subcode: string | undefined,
): Pick<Refusal, 'sentence' | 'whatToDo'> | undefined {
  return refusals.find((one) => one.status === status && one.subcode === subcode);
}

/** makeMeAvailable with what the account's settings say was 400. */
export const unusableAvailability: Pick<Refusal, 'sentence' | 'whatToDo'> = {
  sentence: 'The pool does not take what the account’s settings make of makeMeAvailable',
  whatToDo: 'Correct modalities, signInAs, phoneNumber and audioPreference of the account.',
};

/**
 * `accountRefused`: tried again after 15 minutes; the message says what to do, as does the extension `whatToDo`. @param
 * said status and codes.
 */
export function accountRefused(
  { sentence, whatToDo }: Pick<Refusal, 'sentence' | 'whatToDo'>,
  said: string,
  extensions: Readonly<Record<string, unknown>>,
): RelayError {
  return new RelayError('accountRefused', `${sentence} (${said}). ${whatToDo}`, {
    retryAfterMs: AGAIN_AFTER_MS,
    extensions: { ...extensions, whatToDo },
  });
}
