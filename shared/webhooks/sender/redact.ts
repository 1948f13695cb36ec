const SECRET_PARAMETER =
  /([?&](?:sig|code|token|key|secret|password|signature|access_token|api[-_]?key)=)[^&#\s"'<>]*/gi;
const BEARER = /\b(Bearer\s+)[A-Za-z0-9._~+/=-]+/gi;
const WEBHOOK_SECRET = /whsec_[A-Za-z0-9+/=]+/g;

/**
 * Takes secrets out of a text that is shown or kept (a subscriber's URL, an answer's body): the values of `sig`, `code`,
 * `token` and their like in a query, bearer tokens, and webhook secrets. Pure.
 */
export function redact(text: string): string {
  return text
    .replace(SECRET_PARAMETER, '$1REDACTED')
    .replace(BEARER, '$1REDACTED')
    .replace(WEBHOOK_SECRET, 'whsec_REDACTED');
}
