import type { Clock } from '../../shared/clock';
import { RelayError } from '../../shared/errors/relayError';
import { parsePackage } from '../../shared/ucwa/parsePackage';
import { guessNext, pollAddress, pollTimeoutMs } from '../../shared/ucwa/pollAddress';
import type { Pool } from '../../shared/ucwa/pool';
import type { EventPackage } from '../../shared/ucwa/resource';
import { translateResponse } from '../../shared/ucwa/translateError';

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
    eventsHref: string,
  ) {
    this.#path = pollAddress(eventsHref);
  }

  /** One P-GET. Errors: as Pool.send and translateResponse; `responseUnreadable`. */
  async poll(signal: AbortSignal): Promise<{ readonly package: EventPackage; readonly waitedMs: number }> {
    const sentAtMs = this.clock.now();
    const response = await this.pool.send({ method: 'GET', href: this.#path, timeoutMs: pollTimeoutMs(this.#path), signal });
    const waitedMs = this.clock.now() - sentAtMs;
    if (response.status !== 200) throw translateResponse(response, this.clock.now());
    const parsed = parsePackage(response.text, response.contentType);
    if ('problem' in parsed) throw new RelayError('responseUnreadable', `The event channel answered something that cannot be read: ${parsed.problem}`);
    this.#follow(parsed.package);
    return { package: parsed.package, waitedMs };
  }

  #follow({ next, resume, resync }: EventPackage): void {
    if (resync !== undefined) this.remarks.add('the pool asked for a resync once, which the relay follows');
    else if (resume !== undefined) this.remarks.add('the pool answered resume, so it had forgotten the poll’s settings: the relay tells of a gap then');
    else if (next === undefined) this.remarks.add('an empty answer named no next address: the relay counts on by itself');
    const onward = resync ?? resume ?? next;
    this.#path = onward !== undefined ? pollAddress(onward) : (guessNext(this.#path) ?? this.#path);
  }
}
