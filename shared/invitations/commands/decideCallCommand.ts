import { RelayError } from '../../errors/relayError';
import { callActionsOf } from '../calls/callSignals';
import type { InvitationData } from '../invitationData';
import type { Kind } from '../kinds';
import { linkOf, type Resource } from '../resource';
import { barePath } from '../resourcePath';
import type { CallCommandName } from './command';
import type { Action, Decision } from './decideCommand';

/** Where the call of an invitation goes on. */
export interface CallPaths {
  readonly conversation?: string | undefined;
  readonly modality?: string | undefined;
}

/** The call's resources as they are at this moment; undefined for what is gone. */
export interface LiveCall {
  readonly conversation: Resource | undefined;
  readonly modality: Resource | undefined;
}

const links = {
  hangup: ['stopPhoneAudio', 'stopAudioVideo'],
  hold: ['holdPhoneAudio'],
  resume: ['resumePhoneAudio'],
} as const satisfies Record<CallCommandName, readonly string[]>;

/** The call's places as the invitation itself links them; where it went on in another conversation, that one. Pure. */
export function callPathsOf(invitation: Resource | undefined, kind: Kind): CallPaths {
  const path = (rel: string): string | undefined => barePath(linkOf(invitation, rel)?.href ?? '');
  const derived = kind === 'phoneAudio' ? 'derivedPhoneAudio' : 'derivedAudioVideo';
  return {
    conversation: path('derivedConversation') ?? path('conversation'),
    modality: path(derived) ?? path(kind),
  };
}

/** The same from the record of its events, for Skype for Business forgets an invitation long before its call ends. Pure. */
export function recordedCallPaths({ kind, related = {} }: Pick<InvitationData, 'kind' | 'related'>): CallPaths {
  const derived = kind === 'phoneAudio' ? related.derivedPhoneAudio : related.derivedAudioVideo;
  return {
    conversation: related.derivedConversation ?? related.conversation,
    modality: derived ?? (kind === 'phoneAudio' ? related.phoneAudio : related.audioVideo),
  };
}

/**
 * What a command does to a call as it is at this moment: the modality's link decides. Where no link stops it, hanging up deletes
 * the conversation, unless that still rings here (then it is to be declined). Pure. Errors: `actionNotAvailable` with what is linked.
 */
export function decideCallCommand(
  command: CallCommandName,
  { conversation, modality }: LiveCall,
  { conversation: conversationPath }: CallPaths,
): Decision {
  if (isGone(modality) && isGone(conversation)) return { over: 'invitationEnded' };
  const state = stateOf(modality) ?? stateOf(conversation);
  for (const name of links[command]) {
    const link = linkOf(modality, name);
    if (link !== undefined) return { act: { name, href: link.href }, ...(state !== undefined && { state }) };
  }
  const isTalk = ['connecting', 'connected', 'conferencing', 'conferenced'].includes(stateOf(conversation) ?? '');
  if (command === 'hangup' && isTalk && conversationPath !== undefined) {
    const act: Action = { name: 'deleteConversation', href: conversationPath, method: 'DELETE' };
    return { act, ...(state !== undefined && { state }) };
  }
  const available =
    stateOf(modality) === 'connected' && modality !== undefined
      ? callActionsOf(modality).filter((name) => name !== command)
      : [];
  throw new RelayError(
    'actionNotAvailable',
    command === 'hangup'
      ? 'This call is not connected: decline it, or cancel it where the account itself calls.'
      : `This call cannot be asked to ${command} now: Skype for Business does not link it (users of Call via Work cannot hold calls).`,
    { extensions: { available } },
  );
}

function isGone(resource: Resource | undefined): boolean {
  return resource === undefined || stateOf(resource) === 'disconnected';
}

function stateOf(resource: Resource | undefined): string | undefined {
  const state = resource?.properties['state'];
  return typeof state === 'string' ? state.charAt(0).toLowerCase() + state.slice(1) : undefined;
}
