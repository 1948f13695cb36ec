import type { RelayEvent } from '../../invitations/relayEvent';
import { renderDelivery, type RenderedDelivery } from '../formats/renderDelivery';
import type { ConfirmUrl } from '../formats/teamsCard';
import type { Subscription } from '../subscriptions/subscription';

/** The body of an event for a subscription; undefined where its format shows nothing of such an event. */
export type Render = (
  event: RelayEvent,
  subscription: Pick<Subscription, 'format' | 'contentType'>,
) => RenderedDelivery | undefined;

/** Renders an event once for each format, however many subscribers it goes to. */
export function createRenderOnce(confirmUrl: ConfirmUrl): Render {
  const rendered = new WeakMap<RelayEvent, Map<string, RenderedDelivery | undefined>>();
  return (event, { format, contentType }) => {
    let byFormat = rendered.get(event);
    if (byFormat === undefined) {
      byFormat = new Map<string, RenderedDelivery | undefined>();
      rendered.set(event, byFormat);
    }
    const key = `${format} ${contentType ?? ''}`;
    if (!byFormat.has(key)) byFormat.set(key, renderDelivery(event, format, confirmUrl, contentType));
    return byFormat.get(key);
  };
}
