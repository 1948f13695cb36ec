import { isContextEvent, type CallContextEvent } from '../calls/callEvent';
import { withContext } from '../calls/withContext';
import { applyEvent, applyGap, type InvitationHead } from '../invitationHead';
import { isInvitationEvent } from '../events/isInvitationEvent';
import type { ChannelGap, RelayEvent } from '../events/relayEvent';

/**
 * The call as its events tell it, with what is attached to it, in whatever order they come; undefined where none is about the
 * invitation. Pure.
 */
export function toHead(events: Iterable<RelayEvent>): InvitationHead | undefined {
  let head: InvitationHead | undefined;
  let attached: CallContextEvent | undefined;
  for (const event of events) {
    if (isInvitationEvent(event)) head = applyEvent(head, event);
    else if (isContextEvent(event) && event.timeMs >= (attached?.timeMs ?? 0)) attached = event;
  }
  if (head === undefined || attached === undefined) return head;
  return { ...head, data: withContext(head.data, attached.data.context) };
}

/** The call after the first of these gaps that may have swallowed its end. Pure. */
export function applyGaps(head: InvitationHead, gaps: Iterable<ChannelGap>): InvitationHead {
  for (const gap of gaps) {
    const after = applyGap(head, gap);
    if (after.state === 'ended') return after;
  }
  return head;
}
