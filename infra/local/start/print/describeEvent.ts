import type { SeenEvent } from './seenEvent';
import { timeOfDay } from './terminal';

/** A line to be printed: its moment, a word for what it is, and the rest. */
export interface Line {
  readonly atMs: number;
  readonly label: string;
  readonly text: string;
  /** Of the word, where it says more than the word: how a call ended. */
  readonly colour?: Colour;
}

export type Colour = 'bold' | 'dim' | 'good' | 'bad' | 'accent';

/** A call that somebody took is good, one that found nobody is bad. */
const outcomeColours: Readonly<Record<string, Colour>> = {
  answered: 'good',
  answeredElsewhere: 'good',
  missed: 'bad',
  busy: 'bad',
  failed: 'bad',
  declined: 'bold',
  cancelled: 'bold',
  forwarded: 'bold',
  transferred: 'bold',
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
  const own = data.account === undefined ? inFull(data.to) : userPart(data.account);
  const parties = outgoing ? [own, inFull(data.to)] : [inFull(data.from), own];
  const subject = data.subject === undefined ? undefined : `"${data.subject}"`;
  const importance = data.importance === 'normal' ? undefined : data.importance?.toUpperCase();
  return {
    atMs,
    label: outgoing ? 'call' : 'ring',
    text: join(importance, parties.join(' → '), subject, modality(data.modalities ?? [])),
    ...(importance !== undefined && { colour: 'bad' }),
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
        onItsWay(times),
        data.outcome?.result ?? data.state,
        answerer(event),
        data.delayed === true ? 'late' : undefined,
      ),
      ...(colour !== undefined && { colour }),
    };
  }
  const [label, ...parts] = describeOther(event, calls);
  const isRefused = label === 'command' && data.result !== 'sent';
  return { ...line(label, ...parts), ...(isRefused && { colour: 'bad' }) };
}

/** What is no snapshot of an invitation: its word, and the rest in parts. */
function describeOther(
  { type, data }: SeenEvent,
  calls: (id: string) => string | undefined,
): readonly [label: string, ...parts: (string | undefined)[]] {
  const call = calls(data.invitationId ?? '');
  switch (type) {
    case 'ucwa.channel.gap':
      return ['gap', data.account, word(data['cause']), `${clockTime(data['after'])} … ${clockTime(data['before'])}`];
    case 'ucwa.command.settled': {
      const { command, caller, result, status } = data;
      return ['command', call?.padEnd(NAME_WIDTH), word(command), `by ${word(caller)}`, word(result), word(status)];
    }
    case 'ucwa.call.connected':
      return ['connected', call ?? '?'];
    case 'ucwa.call.ended':
      return ['ended', call ?? '?'];
    case 'ucwa.call.context':
      return ['context', call?.padEnd(NAME_WIDTH), JSON.stringify(data['context'])];
    default:
      return ['event', type];
  }
}

/** Who is at the other end of an invitation. */
export function otherParty({ data }: SeenEvent): string {
  return inShort(data.direction === 'outgoing' ? data.to : data.from);
}

/** From the moment at which UCWA had it. */
function onItsWay({ receivedAtMs, emittedAtMs }: EventTimes): string | undefined {
  if (emittedAtMs === undefined) return undefined;
  return `${String(Math.max(0, receivedAtMs - emittedAtMs)).padStart(5)} ms to bus`;
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

/** Of a SIP URI, what stands before the domain. */
function userPart(uri: string): string {
  return uri.replace(/^sip:/, '').replace(/@.*$/, '');
}

/** What is offered beside sound. */
function modality(modalities: readonly string[]): string | undefined {
  return modalities.includes('video') ? 'video' : modalities.find((name) => name !== 'audio');
}

function inShort(person: Person): string {
  return person?.name ?? person?.uri ?? '(withheld)';
}

function clockTime(value: unknown): string {
  const atMs = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(atMs) ? word(value) : timeOfDay(atMs);
}

function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
}

function join(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('  ');
}
