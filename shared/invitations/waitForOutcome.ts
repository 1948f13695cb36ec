import type { Clock } from '../clock';
import type { Outcome } from './invitationData';
import type { CallViews } from './record/callViews';

/** Often enough for a person who waits, seldom enough for the table. */
const LOOK_EVERY_MS = 200;

/**
 * How the call ended, once the read model knows; undefined when it does not within `waitMs`. A read model that cannot be read
 * is one that does not know: the command was sent all the same. Never rejects. (RFC 7240 §4.3, `wait`.)
 */
export async function waitForOutcome(
  invitationId: string,
  waitMs: number,
  { store, clock }: { readonly store: Pick<CallViews, 'head'>; readonly clock: Clock },
): Promise<Outcome | undefined> {
  const untilMs = clock.now() + waitMs;
  for (;;) {
    const outcome = (await store.head(invitationId).catch(() => undefined))?.data.outcome;
    if (outcome !== undefined || clock.now() >= untilMs) return outcome;
    await clock.sleep(Math.min(LOOK_EVERY_MS, untilMs - clock.now()));
  }
}
