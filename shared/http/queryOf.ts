/** The parameters of a query but for `code`, which is the platform's key. Pure. */
export function queryOf(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].filter(([name]) => name !== 'code'));
}

/** As queryOf; an empty parameter counts as absent, as a flow sends it for a field left blank. Pure. */
export function queryWithoutBlanks(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(Object.entries(queryOf(query)).filter(([, value]) => value !== ''));
}
