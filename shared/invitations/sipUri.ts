/**
 * What a `sip:` or `tel:` URI shows of whom it names (RFC 3261 §19.1, RFC 3966). Nothing is guessed: a number is only
 * taken from a global one, and a SIP user part that looks like a number is a number only with `user=phone`.
 */

interface UriParts {
  readonly scheme: string;
  /** The user of a SIP URI, the number of a `tel:` URI; before any parameter. */
  readonly user: string;
  readonly host: string;
  readonly parameters: readonly string[];
}

/** In E.164, `+` and digits; undefined where the URI holds no global number. */
export function phoneNumberOf(uri: string): string | undefined {
  const parts = parse(uri);
  if (parts === undefined || !isPhone(parts)) return undefined;
  const number = parts.user.replace(/^%2b/i, '+').replace(/[-.() ]|%20/g, '');
  return /^\+[1-9]\d{1,14}$/.test(number) ? number : undefined;
}

/**
 * Whom a URI names: `withheld`, where the caller's identity was kept back on the way (RFC 3323 §4.1.1.3:
 * `anonymous@anonymous.invalid`); `service`, a server or its application (Skype for Business: `opaque=srvr:…`, `opaque=app:…`);
 * `phone`, by `tel:` or `user=phone`; `guest`, made up for somebody who has not signed in (any other user at `anonymous.invalid`);
 * `user`, any other SIP address. Undefined where it shows none of these. Pure.
 */
export function namedBy(uri: string): 'withheld' | 'service' | 'phone' | 'guest' | 'user' | undefined {
  const parts = parse(uri);
  if (parts === undefined) return undefined;
  if (parts.user.toLowerCase() === 'anonymous') return 'withheld';
  if (parts.parameters.some((parameter) => /^opaque=(srvr|app):/.test(parameter))) return 'service';
  if (isPhone(parts)) return 'phone';
  if (parts.host === 'anonymous.invalid') return 'guest';
  return parts.user === '' ? undefined : 'user';
}

/** Whether the URI is that of the voice mail of a user (Skype for Business: `opaque=app:voicemail`). */
export function isVoicemail(uri: string): boolean {
  return parse(uri)?.parameters.includes('opaque=app:voicemail') ?? false;
}

/** Whether two URIs are of one person or telephone: compared without parameters and without case. */
export function isSameAddress(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [parse(one), parse(other)];
  if (a === undefined || b === undefined) return one.toLowerCase() === other.toLowerCase();
  return a.user.toLowerCase() === b.user.toLowerCase() && a.host === b.host;
}

function isPhone({ scheme, parameters }: UriParts): boolean {
  return scheme === 'tel' || parameters.includes('user=phone');
}

const URI = /^\s*(sips?|tel):(.*)$/is;
const PARAMETER_MARK = /[;?&]/;
const noParameters: readonly string[] = [];

function parse(uri: string): UriParts | undefined {
  const [, scheme, rest] = URI.exec(uri) ?? [];
  if (scheme === undefined || rest === undefined) return undefined;
  const at = scheme.toLowerCase() === 'tel' ? -1 : rest.lastIndexOf('@');
  const address = rest.slice(at + 1);
  const [host = '', ...parameters] = PARAMETER_MARK.test(address) ? address.split(PARAMETER_MARK) : [address];
  const user = at === -1 ? host : (rest.slice(0, at).split(';', 1)[0] ?? '');
  return {
    scheme: scheme.toLowerCase(),
    user: user.trim(),
    host: at === -1 ? '' : host.trim().toLowerCase().replace(/:\d+$/, ''),
    parameters: parameters.length === 0 ? noParameters : parameters.map((parameter) => parameter.trim().toLowerCase()),
  };
}
