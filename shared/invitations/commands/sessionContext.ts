import { createHash } from 'node:crypto';

/**
 * The session context of an answer to an invitation that has none of its own: 32 hex digits, always the same for the
 * invitation, so that a provisional and a final answer name the same one. Real incoming calls carry none, and
 * acceptWithAnswer requires one of at most 50 characters (UCWA 2.0, "acceptWithAnswer"). Pure.
 */
export function sessionContextFor(invitationId: string): string {
  return createHash('sha256').update('session context\n').update(invitationId).digest('hex').slice(0, 32);
}
