/** The body as JSON: undefined when it is none, an empty object when it is empty. */
export function parseJson(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
