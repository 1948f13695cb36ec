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
  if (parts === undefined || !isPhoneParts(parts)) return undefined;
  const number = parts.user.replace(/^%2b/i, '+').replace(/[-.() ]|%20/g, '');
  return /^\+[1-9]\d{1,14}$/.test(number) ? number : undefined;
}

/** Whether the URI names a telephone: `tel:`, or a SIP URI with `user=phone`. */
export function isPhone(uri: string): boolean {
  const parts = parse(uri);
  return parts !== undefined && isPhoneParts(parts);
}

/** Whether the caller's identity was withheld on the way (RFC 3323 §4.1.1.3: `anonymous@anonymous.invalid`). */
export function isWithheld(uri: string): boolean {
  return parse(uri)?.user.toLowerCase() === 'anonymous';
}

/** Whether the URI is one made up for a guest who has not signed in: any other user at `anonymous.invalid`. */
export function isGuest(uri: string): boolean {
  return parse(uri)?.host === 'anonymous.invalid' && !isWithheld(uri);
}

/** Whether the URI names a server or its application and no person (Skype for Business: `opaque=srvr:…`, `opaque=app:…`). */
export function isService(uri: string): boolean {
  return parse(uri)?.parameters.some((parameter) => /^opaque=(srvr|app):/.test(parameter)) ?? false;
}

/** Whether the URI is that of the voice mail of a user (Skype for Business: `opaque=app:voicemail`). */
export function isVoicemail(uri: string): boolean {
  return parse(uri)?.parameters.includes('opaque=app:voicemail') ?? false;
}

/** Whether the URI names a person: a SIP address that is no telephone, no withheld or made-up identity and no server. */
export function isUser(uri: string): boolean {
  const parts = parse(uri);
  if (parts === undefined || parts.scheme === 'tel' || parts.user === '' || isPhoneParts(parts)) return false;
  return !isWithheld(uri) && !isGuest(uri) && !isService(uri);
}

/** Whether two URIs are of one person or telephone: compared without parameters and without case. */
export function isSameAddress(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  if (a === undefined || b === undefined) return one.toLowerCase() === other.toLowerCase();
  return a.user.toLowerCase() === b.user.toLowerCase() && a.host === b.host;
}

function isPhoneParts({ scheme, parameters }: UriParts): boolean {
  return scheme === 'tel' || parameters.includes('user=phone');
}

function parse(uri: string): UriParts | undefined {
  const [, scheme, rest] = /^\s*(sips?|tel):(.*)$/is.exec(uri) ?? [];
  if (scheme === undefined || rest === undefined) return undefined;
  const at = scheme.toLowerCase() === 'tel' ? -1 : rest.lastIndexOf('@');
  const [host = '', ...parameters] = rest.slice(at + 1).split(/[;?&]/);
  const user = at === -1 ? host : (rest.slice(0, at).split(';')[0] ?? '');
  return {
    scheme: scheme.toLowerCase(),
    user: user.trim(),
    host: at === -1 ? '' : host.trim().toLowerCase().replace(/:\d+$/, ''),
    parameters: parameters.map((parameter) => parameter.trim().toLowerCase()),
  };
}
