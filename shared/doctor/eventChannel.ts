import type { Clock } from '../clock';
import { RelayError, toRelayError } from '../errors/relayError';
import type { HttpResponse } from '../ucwa/httpResponse';
import type { Application } from '../ucwa/application';
import { parsePackage } from '../ucwa/format/parsePackage';
import { isCut } from '../ucwa/channel/heldCut';
import { guessNext, pollAddress, pollTimeoutMs } from '../ucwa/channel/pollAddress';
import { HELD_MS } from '../ucwa/channel/readProgress';
import type { Pool } from '../ucwa/pool';
import type { EventPackage } from '../invitations/resource';
import { translateResponse } from '../ucwa/translateError';
import type { Trace, TracedExchange } from './tracedHttp';

/** A connection that breaks within this was broken before. */
const STALE_MS = 1_000;

/** What one poll came to: a package, or something between ended it after the pool had held it for so long. */
export type PollResult =
  { readonly package: EventPackage; readonly waitedMs: number } | { readonly cutAfterMs: number };

/**
 * The event channel of the doctor's own application, poll by poll. Unlike the relay it lets every failure out: a
 * failure is what it is looking for. Events are acknowledged as they come, for nobody else waits for these.
 */
export class DoctorChannel {
  /** What was out of the ordinary and did no harm. */
  readonly remarks = new Set<string>();
  #path: string;

  constructor(
    private readonly pool: Pool,
    private readonly clock: Clock,
    private readonly trace: Trace,
    private readonly application: Pick<Application, 'path' | 'eventsHref'>,
  ) {
    this.#path = pollAddress(application.eventsHref);
  }

  /**
   * One P-GET, and how long the pool held it. One that was held for 4 s or more and then cut is no failure while the pool
   * responds to a GET of the application. Errors: as Pool.send and translateResponse; `responseUnreadable`.
   */
  async poll(signal: AbortSignal): Promise<PollResult> {
    const before = this.trace.length;
    const response = await this.#send(signal).catch((error: unknown) => {
      if (!this.#wasClosedBefore() || signal.aborted) return toRelayError(error);
      this.remarks.add('an idle connection had been closed and was opened anew');
      return this.#send(signal).catch(toRelayError);
    });
    const cutAfterMs = waitedMs(this.trace.at(-1));
    const mayBeIdleCut = !signal.aborted && isCut(response) && cutAfterMs >= HELD_MS;
    if (mayBeIdleCut && (await this.#isPoolThere(signal))) return { cutAfterMs };
    if (response instanceof RelayError) throw response;
    if (this.trace.slice(before).some(({ isTokenRequest }) => isTokenRequest))
      this.remarks.add('the ticket ended before its time and was renewed');
    if (response.status !== 200) throw translateResponse(response, this.clock.now());
    const parsed = parsePackage(response.text, response.contentType);
    if ('problem' in parsed)
      throw new RelayError(
        'responseUnreadable',
        `The event channel answered something that cannot be read: ${parsed.problem}`,
      );
    this.#follow(parsed.package);
    return { package: parsed.package, waitedMs: waitedMs(this.trace.at(-1)) };
  }

  async #isPoolThere(signal: AbortSignal): Promise<boolean> {
    const askedAtMs = this.clock.monotonicMs();
    await this.pool.probe(this.application.path, signal);
    return (this.pool.lastResponseMs ?? -Infinity) >= askedAtMs;
  }

  #send(signal: AbortSignal): Promise<HttpResponse> {
    return this.pool.send({ method: 'GET', href: this.#path, timeoutMs: pollTimeoutMs(this.#path), signal });
  }

  /** A keep-alive connection that the other side had closed when the request went out (RFC 9112 §9.3.1): a GET is simply sent again. */
  #wasClosedBefore(): boolean {
    const last = this.trace.at(-1);
    return (
      last?.result instanceof RelayError &&
      last.result.extensions['networkCode'] === 'ECONNRESET' &&
      waitedMs(last) < STALE_MS
    );
  }

  #follow({ next, resume, resync }: EventPackage): void {
    if (resync !== undefined) this.remarks.add('the pool asked for a resync once, which the relay follows');
    else if (resume !== undefined)
      this.remarks.add(
        'the pool answered resume, so it had forgotten the poll’s settings: the relay tells of a gap then',
      );
    else if (next === undefined)
      this.remarks.add('an empty answer named no next address: the relay counts on by itself');
    const onward = resync ?? resume ?? next;
    this.#path = onward !== undefined ? pollAddress(onward) : (guessNext(this.#path) ?? this.#path);
  }
}

function waitedMs(exchange: TracedExchange | undefined): number {
  return exchange === undefined ? 0 : exchange.endedAtMs - exchange.sentAtMs;
}
