import type { InvitationData } from './invitationData';
import { applyEvent, applyGap } from './invitationHead';
import type { InvitationStore } from './invitationStore';
import type { ChannelGap, InvitationEvent } from './relayEvent';
import { withoutLargestParts } from './withoutLargestParts';

/** Keeps one event in the read model; the same event twice, or late, leaves it as it should be. */
export async function recordInvitationEvent(event: InvitationEvent, store: InvitationStore): Promise<void> {
  const kept = fitting({ ...event, data: withoutMedia(event.data) });
  await Promise.all([store.append(kept), store.updateHead(kept, (head) => applyEvent(head, kept))]);
}

/** Closes what the gap may have swallowed the end of. */
export async function recordGap(gap: ChannelGap, store: InvitationStore): Promise<void> {
  await store.updateActive(gap.account, (head) => applyGap(head, gap));
}

/** A table property holds 32 Ki characters (Azure Table storage, data model); what an invitation is about always fits. */
const MAX_CHARACTERS = 30_000;

function fitting(event: InvitationEvent): InvitationEvent {
  if (JSON.stringify(event.data).length <= MAX_CHARACTERS) return event;
  const smaller = withoutLargestParts(event);
  return smaller === undefined ? event : fitting(smaller);
}

/** No SDP in a table, and no custom content, which is anything of any size; the offers' ids stay. */
function withoutMedia(data: InvitationData): InvitationData {
  const { media, ...rest } = data;
  if (media?.offers === undefined) return rest;
  return {
    ...rest,
    media: {
      offers: media.offers.map(({ contentId, fallback }) =>
        contentId === undefined ? { fallback } : { contentId, fallback },
      ),
    },
  };
}
