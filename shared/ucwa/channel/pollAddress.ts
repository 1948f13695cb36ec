import { toPath } from '../toPath';

/** Seconds for which the pool holds an idle P-GET open: UCWA's shortest and default (180 to 1800; UCWA 2.0, "events", `timeout`). */
export const POLL_TIMEOUT_SECONDS = 180;

// Not by URLSearchParams, which costs several times as much: each poll asks, and each account at every report of health.
const TIMEOUT = /[?&]timeout=([^&]*)/;
const ACK = /[?&]ack=(\d+)(?=&|$)/;

/**
 * An events href as the path to poll: our time-out is appended unless the server has put one there. The rest of the
 * query is opaque (`ack` above all) and is not serialised anew. Since it goes with every poll, it is there again after
 * `resume` and on a new application, where the server has forgotten it.
 */
export function pollAddress(href: string): string {
  const path = toPath(href);
  if (TIMEOUT.test(path)) return path;
  return `${path}${path.includes('?') ? '&' : '?'}timeout=${POLL_TIMEOUT_SECONDS}`;
}

/** For how long our side waits for the answer: longer than the server may hold the poll, by what a slow way adds. */
export function pollTimeoutMs(path: string): number {
  const seconds = Number(TIMEOUT.exec(path)?.[1]);
  return ((seconds > 0 ? seconds : POLL_TIMEOUT_SECONDS) + 20) * 1000;
}

/** The digits of the address's `ack`, or `0` where it shows none. */
export function ackOf(path: string): string {
  return ACK.exec(path)?.[1] ?? '0';
}

/**
 * The address that should follow this one when its response named none: acks have always been seen to count up by one.
 * A wrong guess does no harm, the server answers it with `resync`. Undefined where the address shows no ack.
 */
export function guessNext(path: string): string | undefined {
  const guessed = path.replace(
    /([?&]ack=)(\d+)/,
    (_, name: string, ack: string) => `${name}${(BigInt(ack) + 1n).toString()}`,
  );
  return guessed === path ? undefined : guessed;
}
