import type { CallItem } from '../../../shared/console/api/answers';

/** When the calls of these tests begin. */
export const startedAtMs = Date.parse('2026-11-29T12:00:00Z');

/** A call that rings at Reception for 30 s. */
export function callItem(
  invitationId: string,
  change: Partial<CallItem> = {},
  data: Partial<CallItem['invitation']> = {},
): CallItem {
  return {
    invitationId,
    account: 'sip:reception@contoso.com',
    state: 'active',
    startedAt: new Date(startedAtMs).toISOString(),
    expiresAt: new Date(startedAtMs + 30_000).toISOString(),
    ...change,
    invitation: {
      invitationId,
      event: 'started',
      kind: 'audioVideo',
      account: 'sip:reception@contoso.com',
      direction: 'incoming',
      from: { uri: 'sip:alice@fabrikam.com', name: 'Alice Example' },
      to: { uri: 'sip:reception@contoso.com', name: 'Reception' },
      actions: ['acceptWithPhoneAudio', 'decline'],
      ...data,
    },
  };
}
