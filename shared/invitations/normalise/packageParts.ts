import { bareRel, type ChannelEvent, type EventPackage } from '../resource';
import { kinds, type Kind } from '../kinds';
import { listOf, own } from './resourceReading';

interface PartPosition {
  /** Counts all parts of the package from 0, in the channel's order. */
  readonly position: number;
  /** The text for the queue of unreadable events. */
  readonly raw: () => string;
}

/** An event of an invitation of a kind that is relayed. */
export interface InvitationPart extends PartPosition {
  readonly type: 'invitation';
  readonly kind: Kind;
  readonly event: ChannelEvent;
}

/** A part of which nobody can tell what it is. */
export interface UnknownPart extends PartPosition {
  readonly type: 'unreadable';
  readonly problem: string;
}

/**
 * What in a package concerns the relay, in the channel's order: the events of the kinds asked for, and every part that
 * cannot be read (it may have been one of them). Total: it looks at the package as the outside world's.
 */
export function packageParts(pkg: EventPackage, asked: readonly Kind[]): readonly (InvitationPart | UnknownPart)[] {
  const parts: (InvitationPart | UnknownPart)[] = [];
  let position = 0;
  for (const sender of listOf(own(pkg, 'senders'))) {
    for (const event of listOf(own(sender, 'events'))) {
      const part = toPart(event, { position, raw: () => rawOf(sender, event) }, asked);
      if (part !== undefined) parts.push(part);
      position += 1;
    }
  }
  return parts;
}

/** Undefined for an event of something else. */
function toPart(
  event: unknown,
  { position, raw }: PartPosition,
  asked: readonly Kind[],
): InvitationPart | UnknownPart | undefined {
  const problem = own(event, 'problem');
  if (typeof problem === 'string') return { type: 'unreadable', position, raw, problem };
  const rel = own(own(event, 'link'), 'rel');
  if (typeof rel !== 'string')
    return {
      type: 'unreadable',
      position,
      raw,
      problem: 'An event on the channel does not say what it is about: it has no link with a rel.',
    };
  const kind = asked.find((each) => kinds[each].rel === bareRel(rel));
  if (kind === undefined) return undefined;
  if (!isChannelEvent(event))
    return {
      type: 'unreadable',
      position,
      raw,
      problem: `The ${kinds[kind].rel} event lacks the link’s href or the event’s type.`,
    };
  return { type: 'invitation', position, raw, kind, event };
}

function isChannelEvent(part: unknown): part is ChannelEvent {
  return typeof own(own(part, 'link'), 'href') === 'string' && typeof own(part, 'type') === 'string';
}

/** The raw text where the parser kept it, else the event as the model has it, with its sender. */
function rawOf(sender: unknown, part: unknown): string {
  const raw = own(part, 'raw');
  if (typeof raw === 'string') return raw;
  const whole = { sender: { rel: own(sender, 'rel'), href: own(sender, 'href') }, event: part ?? null };
  try {
    return JSON.stringify(whole);
  } catch {
    return JSON.stringify({ sender: whole.sender, event: 'nested too deeply to be written out' });
  }
}
