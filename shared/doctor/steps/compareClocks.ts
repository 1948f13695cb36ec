import type { Finding } from '../report';
import { responseOf, type Trace } from '../tracedHttp';
import { DiagnosticError } from '../diagnosticError';

/** What Kerberos and web tickets bear at most by default. */
const MOST_MS = 300_000;
/** `Date` counts whole seconds, and the answer was under way. */
const EQUAL_MS = 2_000;

/** The server's `Date` (RFC 9110 §6.6.1) against the middle of the exchange by our clock. */
export function compareClocks(trace: Trace): Finding {
  for (const exchange of trace) {
    const server = Date.parse(responseOf(exchange)?.headers['date'] ?? '');
    if (Number.isNaN(server)) continue;
    const aheadMs = server - (exchange.sentAtMs + exchange.endedAtMs) / 2;
    const fact =
      Math.abs(aheadMs) <= EQUAL_MS
        ? `${exchange.url.host} has the same time`
        : `${exchange.url.host} is ${inWords(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`;
    if (Math.abs(aheadMs) > MOST_MS)
      throw new DiagnosticError(
        fact,
        'Set both clocks by the same time service (NTP): tickets fail beyond five minutes, and events tell this machine’s time.',
      );
    return { fact, value: undefined };
  }
  return { fact: 'no server has told its time', value: undefined, skipped: true };
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120
    ? `${seconds} s`
    : seconds < 7_200
      ? `${Math.round(seconds / 60)} minutes`
      : `${Math.round(seconds / 3600)} hours`;
}
