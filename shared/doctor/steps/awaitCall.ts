import type { Clock } from '../../clock';
import { kindNames, kinds, type Kind } from '../../invitations/kinds';
import type { Pool } from '../../ucwa/pool';
import { bareRel, isUnreadable, linkOf, type ChannelEvent, type EventPackage } from '../../invitations/resource';
import type { Finding } from '../report';
import type { DoctorChannel } from '../eventChannel';
import { inSeconds } from '../inSeconds';
import { readResource } from '../readResource';
import { DiagnosticError } from '../diagnosticError';

export interface RingPorts {
  readonly channel: DoctorChannel;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly onProgress: (text: string) => void;
  /** When the operator said that they were calling now; undefined where they have not. */
  readonly dialledAtMs: () => number | undefined;
}

/**
 * Waits for a test call, at most `waitSeconds`; answers nothing. UCWA sends no timestamps, so how long the ring took is
 * known from the operator's word alone, else how long was waited.
 */
export async function awaitCall(
  waitSeconds: number,
  { channel, pool, clock, onProgress, dialledAtMs }: RingPorts,
  signal: AbortSignal,
): Promise<Finding> {
  const startedAtMs = clock.now();
  const found = new AbortController();
  const late = new AbortController();
  const deadline = clock.sleep(waitSeconds * 1000, AbortSignal.any([found.signal, signal])).then(() => late.abort());
  onProgress(`test ring: call the account now, within ${waitSeconds} s`);
  try {
    for (;;) {
      const result = await channel.poll(AbortSignal.any([signal, late.signal]));
      const ring = 'package' in result ? ringIn(result.package) : undefined;
      if (ring === undefined) continue;
      const rangAtMs = clock.now();
      const links = await actionLinks(ring, pool, signal);
      const dialled = dialledAtMs();
      const since =
        dialled === undefined
          ? `after ${inSeconds(rangAtMs - startedAtMs)} of waiting`
          : `${inSeconds(rangAtMs - dialled)} after you said that you were calling`;
      return { fact: `an invitation (${ring.kind}) came ${since}; ${links}`, value: undefined };
    }
  } catch (error) {
    if (!late.signal.aborted || signal.aborted) throw error;
    throw new DiagnosticError(
      `no call came within ${waitSeconds} s`,
      'Call the account from another client (on the local stack: npm run ring); if it rings at other endpoints ' +
        'only, look at the modalities above and at call forwarding.',
    );
  } finally {
    found.abort();
    await deadline;
  }
}

interface Ring {
  readonly kind: Kind;
  readonly event: ChannelEvent;
}

/** The first event of an invitation: `completed` alone is all that aggregation leaves of a short call. */
function ringIn({ senders }: EventPackage): Ring | undefined {
  for (const part of senders.flatMap(({ events }) => events)) {
    if (isUnreadable(part)) continue;
    const kind = kindNames.find((name) => kinds[name].rel === bareRel(part.link.rel));
    if (kind !== undefined) return { kind, event: part };
  }
  return undefined;
}

async function actionLinks({ kind, event }: Ring, pool: Pool, signal: AbortSignal): Promise<string> {
  const invitation = event.resource ?? (await readResource(pool, event.link.href, signal).catch(() => undefined));
  if (invitation === undefined) return 'it was over before it could be looked at';
  const links = kinds[kind].actions.filter((action) => linkOf(invitation, action) !== undefined);
  return `it can be answered by ${links.join(', ') || 'nothing any more'}`;
}
