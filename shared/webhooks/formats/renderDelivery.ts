import type { RelayEvent } from '../../invitations/events/relayEvent';
import { toCloudEvent } from '../../invitations/events/cloudEvent';
import type { Subscription } from '../subscriptions/subscription';
import { CLOUDEVENTS_JSON } from '../subscriptions/subscriptionRequest';
import { toFlatEvent } from './flatEvent';
import { toPublicEvent } from './publicEvent';
import { toTeamsCard, type ConfirmUrl } from './teamsCard';

/** What is sent: these characters in UTF-8 are the bytes that are signed. */
export interface RenderedDelivery {
  readonly contentType: string;
  readonly body: string;
}

/**
 * The body of a delivery in a subscription's format, or undefined where that format has nothing for such an event.
 * It holds no SDP, whatever the event holds. @param contentType of the format `cloudevents`; the others are
 * `application/json`. Pure.
 */
export function renderDelivery(
  event: RelayEvent,
  { format, contentType = CLOUDEVENTS_JSON }: Pick<Subscription, 'format' | 'contentType'>,
  confirmUrl: ConfirmUrl,
): RenderedDelivery | undefined {
  const publicEvent = toPublicEvent(event);
  switch (format) {
    case 'cloudevents':
      // CloudEvents HTTP Binding §3.2, structured: headers are not signed, the envelope in the body is.
      return {
        contentType: `${contentType}; charset=utf-8`,
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

/** The body of an event for a subscription; undefined where its format shows nothing of such an event. */
export type Render = (
  event: RelayEvent,
  subscription: Pick<Subscription, 'format' | 'contentType'>,
) => RenderedDelivery | undefined;

/** Renders an event once for each format, however many subscribers it goes to. */
export function createRenderOnce(confirmUrl: ConfirmUrl): Render {
  const rendered = new WeakMap<RelayEvent, Map<string, RenderedDelivery | undefined>>();
  return (event, subscription) => {
    const byFormat = rendered.get(event) ?? new Map<string, RenderedDelivery | undefined>();
    rendered.set(event, byFormat);
    const key = `${subscription.format} ${subscription.contentType ?? ''}`;
    if (!byFormat.has(key)) byFormat.set(key, renderDelivery(event, subscription, confirmUrl));
    return byFormat.get(key);
  };
}
