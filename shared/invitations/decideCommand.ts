import { RelayError } from '../errors/relayError';
import { linkOf, type Resource } from '../ucwa/resource';
import type { Command } from './command';
import type { ActionName } from './invitationData';
import { kinds, type Kind } from './kinds';
import { parseMediaOffer } from './mediaOffer';

/** The request that carries out a command, on the link that is there now. */
export interface Action {
  readonly name: ActionName;
  readonly href: string;
  readonly body?: string | Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly query?: Readonly<Record<string, string>>;
}

export type Decision =
  | { readonly act: Action }
  /** Nothing can be done any more: the links are gone (somebody answered), or the invitation is over. */
  | { readonly over: 'resolvedElsewhere' | 'invitationEnded' };

const FINAL_STATES = new Set(['connected', 'cancelled', 'declined', 'failed', 'forwarded']);

/**
 * What a command does to an invitation as it is at this moment. **Link presence decides**: a link that is not there is
 * not allowed (UCWA documentation, "Web links"). Pure.
 * Errors: `actionNotAvailable` naming what is linked; `requestInvalid` when an answer lacks a session context that the
 * invitation does not give.
 */
export function decideCommand(command: Command, resource: Resource | undefined, kind: Kind): Decision {
  if (resource === undefined) return { over: 'invitationEnded' };
  const linked = (kinds[kind].actions as readonly ActionName[]).filter((name) => linkOf(resource, name) !== undefined);
  if (linked.length === 0) {
    const { state } = resource.properties;
    return {
      over:
        typeof state === 'string' && FINAL_STATES.has(state.toLowerCase()) ? 'invitationEnded' : 'resolvedElsewhere',
    };
  }
  const name = actionFor(command, linked);
  const link = name === undefined ? undefined : linkOf(resource, name);
  if (name === undefined || link === undefined) throw notAvailable(command, linked);
  return { act: { name, href: link.href, ...payload(command, resource) } };
}

function actionFor(command: Command, linked: readonly ActionName[]): ActionName | undefined {
  switch (command.command) {
    case 'cancel':
    case 'decline':
      return command.command;
    case 'accept':
      if (command.with === 'answer') return command.provisional === true ? 'sendProvisionalAnswer' : 'acceptWithAnswer';
      // A phone-audio invitation is accepted to the phone by its plain `accept` (UCWA, phoneAudioInvitation).
      return linked.includes('acceptWithPhoneAudio')
        ? 'acceptWithPhoneAudio'
        : linked.find((name) => name === 'accept');
  }
}

function payload(command: Command, resource: Resource): Omit<Action, 'name' | 'href'> {
  if (command.command === 'decline') return { body: { reason: command.reason } };
  if (command.command !== 'accept' || command.with !== 'answer') return {};
  const sessionContext = command.sessionContext ?? resource.properties.sessionContext;
  if (typeof sessionContext !== 'string') {
    throw new RelayError(
      'requestInvalid',
      'This invitation has no session context of its own: give one in "sessionContext".',
      {
        extensions: { errors: [{ field: 'sessionContext', message: 'is required for this invitation' }] },
      },
    );
  }
  const processedOfferId = command.processedOfferId ?? offerToAnswer(resource);
  return {
    body: command.sdp,
    contentType: 'application/sdp',
    query: { sessionContext, ...(processedOfferId === undefined ? {} : { processedOfferId }) },
  };
}

/** The Content-ID of the part that is not the 2007 fall-back: that is the offer an answer is to. */
function offerToAnswer(resource: Resource): string | undefined {
  const href = linkOf(resource, 'mediaOffer')?.href;
  return href === undefined ? undefined : parseMediaOffer(href).find((offer) => !offer.fallback)?.contentId;
}

function notAvailable(command: Command, available: readonly ActionName[]): RelayError {
  const wanted =
    command.command === 'accept'
      ? command.with === 'answer'
        ? 'accept with an SDP'
        : 'accept to the phone'
      : command.command;
  return new RelayError(
    'actionNotAvailable',
    `This invitation cannot be asked to ${wanted} now; it offers ${available.join(', ')}.`,
    {
      extensions: { available },
    },
  );
}
