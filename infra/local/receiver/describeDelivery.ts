import { z } from 'zod';
import type { Delivery } from './startReceiver';

const person = z.object({ name: z.string().optional(), uri: z.string().optional() });

/** As much of an event (CloudEvents 1.0, structured) as a line of text shows. */
const eventSchema = z.object({
  type: z.string(),
  data: z
    .object({
      invitationId: z.string().optional(),
      event: z.string().optional(),
      account: z.string().optional(),
      direction: z.string().optional(),
      from: person.optional(),
      to: person.optional(),
      outcome: z.object({ result: z.string() }).optional(),
    })
    .optional(),
});
type Event = z.infer<typeof eventSchema>;

const WORD_WIDTH = 9;
const NAME_WIDTH = 20;
/** The end of a call may be told long after its ring. */
const CALLS_REMEMBERED = 1000;

/**
 * Makes the lines of one receiver: of each delivery what it tells, whose call, and whether the signature holds. Events
 * that do not name the caller have the name that an event of the same call had before.
 */
export function createDeliveryLines(): (delivery: Pick<Delivery, 'body' | 'verdict'>) => string {
  const parties = new Map<string, string>();
  return ({ body, verdict }) => {
    const signature = verdict === 'genuine' ? 'signature holds' : `NOT BELIEVED: ${verdict}`;
    const event = parseEvent(body);
    if (event === undefined) return `${Buffer.byteLength(body)} bytes that are no CloudEvent  ${signature}`;
    const id = event.data?.invitationId ?? '';
    const party = otherParty(event) ?? parties.get(id) ?? event.data?.account ?? '';
    parties.set(id, party);
    if (parties.size > CALLS_REMEMBERED) parties.delete([...parties.keys()][0] ?? '');
    return [word(event).padEnd(WORD_WIDTH), party.padEnd(NAME_WIDTH), event.data?.outcome?.result, signature]
      .filter((part) => part !== undefined)
      .join('  ');
  };
}

/** `started`, `completed`, …; of other events the last word of the type. */
function word({ type, data }: Event): string {
  return data?.event ?? type.split('.').at(-1) ?? type;
}

function otherParty({ data }: Event): string | undefined {
  const other = data?.direction === 'outgoing' ? data.to : data?.from;
  return other?.name ?? other?.uri;
}

function parseEvent(body: string): Event | undefined {
  try {
    return eventSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
