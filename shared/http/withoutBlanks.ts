/**
 * The parameters of a query that say something: an empty one counts as absent, as a form sends it for a field left blank,
 * and `code` is the platform's key. Pure.
 */
export function withoutBlanks(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].filter(([name, value]) => value !== '' && name !== 'code'));
}
