import type { Clock } from '../../clock';
import type { Outcome } from '../invitationData';
import type { CallViews } from '../record/callViews';

/** Often enough for a person who waits, seldom enough for storage. */
const READ_EVERY_MS = 200;

/**
 * How the call ended, once that is on record; undefined when it is not within `waitMs`, or the record cannot be read: the
 * command was sent all the same. Never rejects. (RFC 7240 §4.3, `wait`.)
 */
export async function waitForOutcome(
  invitationId: string,
  waitMs: number,
  { calls, clock }: { readonly calls: Pick<CallViews, 'head'>; readonly clock: Clock },
): Promise<Outcome | undefined> {
  const untilMs = clock.now() + waitMs;
  for (;;) {
    const outcome = (await calls.head(invitationId).catch(() => undefined))?.data.outcome;
    if (outcome !== undefined || clock.now() >= untilMs) return outcome;
    await clock.sleep(Math.min(READ_EVERY_MS, untilMs - clock.now()));
  }
}
