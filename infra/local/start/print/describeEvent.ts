import type { SeenEvent } from './seenEvent';

/** A line to be printed: its moment, a word for what it is, and the rest. */
export interface Line {
  readonly atMs: number;
  readonly label: string;
  readonly text: string;
  /** Of the word, where it says more than the word: how a call ended. */
  readonly colour?: Colour;
}

export type Colour = 'bold' | 'dim' | 'good' | 'bad' | 'accent';

/** A call that somebody took is good, one that nobody took is bad. */
const outcomeColours: Readonly<Record<string, Colour>> = {
  answered: 'good',
  missed: 'bad',
  failed: 'bad',
  declined: 'bold',
};

/** When the event was received from the bus, and when UCWA emitted it, where that is known. */
export interface EventTimes {
  readonly receivedAtMs: number;
  readonly emittedAtMs: number | undefined;
}

type Person = { readonly uri?: string | undefined; readonly name?: string | undefined } | undefined;

const NAME_WIDTH = 20;

/** The ringing itself, as the event tells of it. */
export function describeRing({ data }: SeenEvent, atMs: number): Line {
  const outgoing = data.direction === 'outgoing';
  const parties = outgoing
    ? [inFull({ uri: data.account }), inFull(data.to)]
    : [inFull(data.from), data.account === undefined ? inFull(data.to) : inFull({ uri: data.account })];
  const modalities = data.modalities?.join('+');
  const subject = data.subject === undefined ? undefined : `"${data.subject}"`;
  return {
    atMs,
    label: outgoing ? 'call' : 'ring',
    text: join(
      data.importance === 'urgent' ? 'URGENT' : undefined,
      parties.join(' → '),
      subject,
      modalities === 'audio' ? undefined : modalities,
    ),
  };
}

/**
 * An event as it was received from the bus: whose call, how long it took from UCWA to here, and what it tells.
 * @param calls whose call an invitation id is, where an event of it was seen before.
 */
export function describeEvent(event: SeenEvent, times: EventTimes, calls: (id: string) => string | undefined): Line {
  const { data } = event;
  const line = (label: string, ...parts: (string | undefined)[]): Line => ({
    atMs: times.receivedAtMs,
    label,
    text: join(...parts),
  });
  if (data.event !== undefined && data.invitationId !== undefined) {
    const who = otherParty(event).padEnd(NAME_WIDTH);
    const colour = outcomeColours[data.outcome?.result ?? ''];
    return {
      ...line(
        data.event,
        who,
        onItsWay(event, times),
        data.outcome?.result ?? data.state,
        answerer(event),
        data.delayed === true ? 'late' : undefined,
      ),
      ...(colour !== undefined && { colour }),
    };
  }
  return line(...describeOther(event, calls));
}

/** What is no snapshot of an invitation: its word, and the rest in parts. */
function describeOther(
  { type, data }: SeenEvent,
  calls: (id: string) => string | undefined,
): readonly [label: string, ...parts: (string | undefined)[]] {
  const call = calls(data.invitationId ?? '');
  switch (type) {
    case 'ucwa.channel.gap':
      return ['gap', data.account, word(data['cause']), `${word(data['after'])} … ${word(data['before'])}`];
    case 'ucwa.command.settled': {
      const { command, caller, result, status } = data;
      return ['command', call?.padEnd(NAME_WIDTH), word(command), `by ${word(caller)}`, word(result), word(status)];
    }
    case 'ucwa.call.connected':
      return ['connected', call ?? '?'];
    case 'ucwa.call.ended':
      return ['ended', call ?? '?'];
    default:
      return ['event', type];
  }
}

/** Who is at the other end of an invitation. */
export function otherParty({ data }: SeenEvent): string {
  return inShort(data.direction === 'outgoing' ? data.to : data.from);
}

function onItsWay({ data }: SeenEvent, { receivedAtMs, emittedAtMs }: EventTimes): string | undefined {
  if (emittedAtMs === undefined) return undefined;
  return (
    `${String(Math.max(0, receivedAtMs - emittedAtMs)).padStart(4)} ms from ` +
    `${data.event === 'started' && data.direction !== 'outgoing' ? 'ring' : 'UCWA'} to bus`
  );
}

function answerer({ data }: SeenEvent): string | undefined {
  return data.outcome?.answeredBy === undefined ? undefined : `by ${data.outcome.answeredBy}`;
}

function inFull(person: Person): string {
  const address = person?.uri?.replace(/^sip:/, '');
  const isOnlyNumber = address === `tel:${person?.name ?? ''}`;
  if (person?.name === undefined || address === undefined || isOnlyNumber)
    return person?.name ?? address ?? '(withheld)';
  return `${person.name} <${address}>`;
}

function inShort(person: Person): string {
  return person?.name ?? person?.uri ?? '(withheld)';
}

function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
}

function join(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('  ');
}
