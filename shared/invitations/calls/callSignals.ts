import { compact } from '../compact';
import { listOf, linksOf, own, textOf, titleOf, toText } from '../normalise/resourceReading';
import { personUriOf } from '../normalise/personUri';
import { bareRel, type Reason, type Resource } from '../resource';
import { barePath, resourcePath } from '../resourcePath';
import type { CallActionName } from './callData';
import type { Participant } from './connectedCalls';

/** What one event of a package tells of a conversation. */
export interface CallSignal {
  /** The event's place in the package, counted as packageParts counts. */
  readonly position: number;
  /** The conversation's path. */
  readonly conversation: string;
  /**
   * connected: a modality is · ended: the modality or the conversation is · participant: somebody is in it ·
   * unknown: the event embeds nothing, so that only the resource at `href` tells.
   */
  readonly reported: 'connected' | 'ended' | 'participant' | 'unknown';
  /** Of `unknown`: what must be read. */
  readonly href?: string;
  /** Of `connected`: what the modality links. */
  readonly actions?: readonly CallActionName[];
  readonly reason?: Reason;
  readonly participant?: Participant;
}

const CONVERSATION = /^(.*\/conversations\/[^/]+)(?:\/|$)/;
const modalities: ReadonlySet<string> = new Set(['phoneAudio', 'audioVideo']);

/**
 * What a package tells of conversations, in the channel's order (UCWA 2.0, "conversation", "phoneAudio", "audioVideo"). A
 * conversation's state Connected is no sign of a connected call: it names no phone audio, and has others while it rings.
 * Total: whatever the package holds, it does not throw. Pure.
 */
export function callSignals(pkg: unknown): readonly CallSignal[] {
  const signals: CallSignal[] = [];
  let position = 0;
  for (const sender of listOf(own(pkg, 'senders')))
    for (const event of listOf(own(sender, 'events'))) {
      const signal = toSignal(event, position);
      if (signal !== undefined) signals.push(signal);
      position += 1;
    }
  return signals;
}

function toSignal(event: unknown, position: number): CallSignal | undefined {
  const link = own(event, 'link');
  const [rel, href, type] = [toText(own(link, 'rel')), toText(own(link, 'href')), own(event, 'type')];
  const conversation = CONVERSATION.exec(barePath(href ?? '') ?? '')?.[1];
  if (rel === undefined || href === undefined || conversation === undefined) return undefined;
  const name = bareRel(rel);
  const at = { position, conversation };
  if (name === 'participant') {
    const isThere = type === 'added' || type === 'updated';
    return isThere ? { ...at, reported: 'participant', participant: personAt(link) } : undefined;
  }
  return name === 'conversation' || modalities.has(name) ? toStateSignal(event, at, { name, href, type }) : undefined;
}

function toStateSignal(
  event: unknown,
  at: Pick<CallSignal, 'position' | 'conversation'>,
  { name, href, type }: { readonly name: string; readonly href: string; readonly type: unknown },
): CallSignal | undefined {
  const reason = reasonOf(event);
  if (type === 'deleted') return { ...at, reported: 'ended', ...compact({ reason }) };
  if (type !== 'updated') return undefined;
  const resource = own(event, 'resource') as Resource | undefined;
  if (resource === undefined) return { ...at, reported: 'unknown', ...compact({ href: resourcePath(href), reason }) };
  const reported = reportedBy(resource, name);
  return reported === undefined ? undefined : { ...at, ...reported, ...compact({ reason }) };
}

/** What a conversation or modality tells by its state; undefined where that is nothing of interest. */
export function reportedBy(
  resource: Resource,
  rel: string,
): (Pick<CallSignal, 'actions'> & { readonly reported: 'connected' | 'ended' }) | undefined {
  const state = textOf(resource, 'state')?.toLowerCase();
  if (state === 'disconnected') return { reported: 'ended' };
  return modalities.has(bareRel(rel)) && state === 'connected'
    ? { reported: 'connected', actions: callActionsOf(resource) }
    : undefined;
}

/** What can be done with a connected modality. Hanging up needs no link: the conversation can be deleted. */
export function callActionsOf(modality: Resource): readonly CallActionName[] {
  const linked = (rel: string): boolean => linksOf(modality, rel).length > 0;
  return [
    'hangup',
    ...(linked('holdPhoneAudio') ? (['hold'] as const) : []),
    ...(linked('resumePhoneAudio') ? (['resume'] as const) : []),
  ];
}

function personAt(link: unknown): Participant {
  const href = toText(own(link, 'href')) ?? '';
  const title = toText(own(link, 'title'));
  return compact({ uri: personUriOf(href), name: titleOf({ href, ...(title !== undefined && { title }) }) });
}

function reasonOf(event: unknown): Reason | undefined {
  const reason = own(event, 'reason');
  if (reason === undefined) return undefined;
  return compact({
    code: toText(own(reason, 'code')),
    subcode: toText(own(reason, 'subcode')),
    message: toText(own(reason, 'message')),
  });
}
