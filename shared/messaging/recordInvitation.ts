import type { Clock } from '../clock';
import type { InvitationStore } from '../invitations/invitationStore';
import { recordGap, recordInvitationEvent } from '../invitations/recordEvent';
import type { ChannelGapEvent, RelayEvent } from '../invitations/relayEvent';
import { eventFacts } from '../telemetry/eventFacts';
import { fromTraceParent, withSpan } from '../telemetry/trace';
import { isInvitationEvent, parseEventMessage } from './parseEventMessage';
import { retryInPlace } from './retryInPlace';

export interface RecordInvitationPorts {
  readonly invitations: InvitationStore;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * One message of the topic subscription `read-model`, into the read model. Idempotent and safe out of order. Errors: what
 * cannot be read (`requestInvalid`) or kept for a minute rejects, and the message is given back.
 */
export async function recordInvitation(body: unknown, ports: RecordInvitationPorts): Promise<void> {
  const event = parseEventMessage(body);
  const record = async (): Promise<void> => {
    if (isInvitationEvent(event)) await recordInvitationEvent(event, ports.invitations);
    else if (isGapEvent(event)) await recordGap(event.data, ports.invitations);
  };
  await withSpan(
    'record',
    { kind: 'consumer', parent: fromTraceParent(event.traceParent), facts: () => eventFacts(event) },
    () => retryInPlace(record, ports),
  );
}

function isGapEvent(event: RelayEvent): event is ChannelGapEvent {
  return event.type === 'ucwa.channel.gap';
}
