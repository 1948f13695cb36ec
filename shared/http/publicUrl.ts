/** Absolute address of a route under `/api`: by `RELAY_PUBLIC_URL`, else as the caller addressed us. Pure. */
export function publicUrl(base: string | undefined, requestUrl: string, route: string): string {
  return `${base ?? new URL(requestUrl).origin}/api/${route}`;
}
