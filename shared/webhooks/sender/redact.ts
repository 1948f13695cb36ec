const SECRET_PARAMETER =
  /([?&](?:sig|code|token|key|secret|password|signature|access_token|api[-_]?key)=)[^&#\s"'<>]*/gi;
const AUTHORIZATION = /\b((?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]+/gi;
const WEBHOOK_SECRET = /whsec_[A-Za-z0-9+/=]+/g;
/** A shorter text may stand anywhere by chance. */
const MIN_SECRET_LENGTH = 4;

/**
 * Takes secrets out of a text that is shown or stored, as a response's body: the values of `sig`, `code`, `token` and
 * their like in a query, credentials, and webhook secrets. Pure.
 * @param secrets texts to hide wherever they stand, as a receiver may send back what it got.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  const known = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .reduce((left, secret) => left.replaceAll(secret, 'REDACTED'), text);
  return known
    .replace(SECRET_PARAMETER, '$1REDACTED')
    .replace(AUTHORIZATION, '$1REDACTED')
    .replace(WEBHOOK_SECRET, 'whsec_REDACTED');
}
