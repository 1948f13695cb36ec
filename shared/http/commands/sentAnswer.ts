import type { HttpResponseInit } from '@azure/functions';
import type { Clock } from '../../clock';
import { waitForOutcome } from '../../invitations/commands/waitForOutcome';
import type { CallViews } from '../../invitations/record/callViews';
import { json } from '../endpoint';

/**
 * The answer to a command that was sent: 202, or 200 with the outcome where the caller waits for that and it comes in time.
 * @param prefer the header of that name.
 */
export async function sentAnswer(
  { replayed, ...body }: { readonly replayed: boolean; readonly invitationId: string },
  prefer: string | null,
  { invitations, clock }: { readonly invitations: Pick<CallViews, 'head'>; readonly clock: Clock },
): Promise<HttpResponseInit> {
  const headers = replayed ? { 'idempotency-replayed': 'true' } : {};
  const waitSeconds = parseWait(prefer);
  if (waitSeconds === undefined) return json(202, body, headers);
  const outcome = await waitForOutcome(body.invitationId, waitSeconds * 1000, { calls: invitations, clock });
  const applied = { ...headers, 'preference-applied': `wait=${String(waitSeconds)}` };
  return outcome === undefined ? json(202, body, applied) : json(200, { ...body, outcome }, applied);
}

const MAX_WAIT_SECONDS = 60;

/** The seconds of `Prefer: wait=N` (RFC 7240 §4.3), at most 60; a preference that is not understood is ignored (§2). */
function parseWait(header: string | null): number | undefined {
  const seconds = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(header ?? '')?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), MAX_WAIT_SECONDS);
}
