import { z } from 'zod';
import { isCallEvent, isContextEvent } from '../../invitations/calls/callEvent';
import { compact } from '../../invitations/compact';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { isInvitationEvent } from '../../invitations/events/parseEventMessage';
import { isTestEvent } from '../subscriptions/sampleEvent';
import { flatCallSchema, toContextText, toFlatCall } from './flatCall';

/** One level of plain values, as flows and low-code tools like it. */
export type FlatEvent = Readonly<Record<string, string | number | boolean>>;

/** What a flat event says of itself, before what it says of a call. */
const flatEnvelopeSchema = z.strictObject({
  id: z.string().meta({ title: 'Event ID', description: 'The same each time this event is sent' }),
  type: z.string().meta({ title: 'Event Type', description: 'For example ucwa.audioVideoInvitation.started' }),
  time: z.iso.datetime().meta({ title: 'Time', description: 'When it happened, in UTC' }),
  expiresAt: z.iso
    .datetime()
    .exactOptional()
    .meta({ title: 'Rings Until', description: 'After this moment, in UTC, the ring is surely over' }),
  sequence: z
    .string()
    .exactOptional()
    .meta({ title: 'Sequence', description: 'Orders the events of one call as text' }),
  account: z.string().meta({ title: 'Account', description: 'SIP address of the account that the relay listens for' }),
});

/** An event of a call in the format `flat`. */
export const flatCallEventSchema = flatEnvelopeSchema.extend(flatCallSchema.shape);

/** Any event in the format `flat`: of a call these members, of anything else its own plain ones. */
export const flatEventSchema = flatCallEventSchema
  .partial()
  .required({ id: true, type: true, time: true, account: true })
  .catchall(z.union([z.string(), z.number(), z.boolean()]));

/**
 * The event as one flat object: what a flow branches on stands at the top (`event`, `answered`, `missed`, `callerName`,
 * `callerNumber`, …). What is not known is absent. `answered` and `missed` are there on completed events only. Pure.
 */
export function toFlatEvent(event: RelayEvent): FlatEvent {
  const envelope = compact({
    id: event.id,
    type: event.type,
    time: new Date(event.timeMs).toISOString(),
    expiresAt: event.expiryTimeMs === undefined ? undefined : new Date(event.expiryTimeMs).toISOString(),
    sequence: event.sequence,
    account: event.account,
  });
  return isInvitationEvent(event)
    ? { ...envelope, ...toFlatCall(event.data) }
    : {
        ...scalarsOf(event.data),
        ...((isContextEvent(event) || isCallEvent(event)) && compact({ context: toContextText(event.data.context) })),
        ...envelope,
        // A flow tells a test by `event`, like everything else.
        ...(isTestEvent(event) && { event: 'test' }),
      };
}

function scalarsOf(data: unknown): FlatEvent {
  const members = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  return Object.fromEntries(
    members.filter((entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
    ),
  );
}
