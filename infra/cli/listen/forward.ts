import type { IncomingHttpHeaders } from 'node:http';
import type { Delivery } from '../../local/receiver/startReceiver';

/** What the application answered, or why it did not. */
export type Forwarded = { readonly status: number; readonly ms: number } | { readonly noResponse: string };

/** The relay waits 15 s at most. */
const TIMEOUT_MS = 15_000;
/** Of this hop, not of the delivery (RFC 9110 §7.6.1), or made anew by fetch. */
const OF_THE_HOP = new Set(['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'expect', 'te']);

/** Sends a delivery on to `url`, byte for byte, with its own headers, so that its signature holds there too. Never rejects. */
export async function forward({ body, headers }: Delivery, url: string): Promise<Forwarded> {
  const startedMs = performance.now();
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: ofTheDelivery(headers),
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return { status: response.status, ms: Math.round(performance.now() - startedMs) };
  } catch (error) {
    return { noResponse: reasonOf(error) };
  }
}

function ofTheDelivery(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || OF_THE_HOP.has(name) ? [] : [[name, String(value)]],
    ),
  );
}

/** fetch hides the reason in the cause of its error, and that of several addresses in their errors. */
function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const [first] = cause instanceof AggregateError ? (cause.errors as unknown[]) : [cause];
  return first instanceof Error ? first.message : String(first);
}
