import type { RelayEvent } from '../../invitations/relayEvent';
import { toCloudEvent } from '../../messaging/cloudEvent';
import { toFlatEvent } from './flatEvent';
import { toPublicEvent } from './publicEvent';
import type { Format } from '../subscriptions/subscription';
import { toTeamsCard, type ConfirmUrl } from './teamsCard';

/** What is sent: these characters in UTF-8 are the bytes that are signed. */
export interface RenderedDelivery {
  readonly contentType: string;
  readonly body: string;
}

/**
 * The body of a delivery in a subscription's format, or undefined where that format is told nothing of such an event.
 * It holds no SDP, whatever the event holds. Pure.
 */
export function renderDelivery(
  event: RelayEvent,
  format: Format,
  confirmUrl: ConfirmUrl,
): RenderedDelivery | undefined {
  const publicEvent = toPublicEvent(event);
  switch (format) {
    case 'cloudevents':
      // CloudEvents HTTP Binding §3.2, structured: headers are not signed, the envelope in the body is.
      return {
        contentType: 'application/cloudevents+json; charset=utf-8',
        body: JSON.stringify(toCloudEvent(publicEvent)),
      };
    case 'flat':
      return json(toFlatEvent(publicEvent));
    case 'teams': {
      const card = toTeamsCard(publicEvent, confirmUrl);
      return card === undefined ? undefined : json(card);
    }
  }
}

function json(value: object): RenderedDelivery {
  return { contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}
