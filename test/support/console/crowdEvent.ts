import { simulatorAccount } from '../ucwaSimulator';

/** A call of the crowd, as the stream has it. */
export function crowdEvent(number: number, nowMs: number): string {
  const invitationId = `crowd-${String(number)}`;
  const startedAt = new Date(nowMs - 20_000 + number * 40).toISOString();
  const expiresAt = new Date(nowMs + 600_000).toISOString();
  const invitation = {
    invitationId,
    event: 'started',
    kind: 'audioVideo',
    direction: 'incoming',
    account: simulatorAccount.sipUri,
    from: { name: `Crowd ${String(number)}` },
    actions: ['decline'],
  };
  const item = { invitationId, account: simulatorAccount.sipUri, state: 'active', startedAt, expiresAt, invitation };
  return `event: call\ndata: ${JSON.stringify(item)}\n\n`;
}
