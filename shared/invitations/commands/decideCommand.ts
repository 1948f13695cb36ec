import { RelayError } from '../../errors/relayError';
import { linkOf, type Resource } from '../resource';
import type { CallCommandName, Command } from './command';
import { toEventSpelling } from '../normalise/enumerations';
import { actionNames, type ActionName } from '../invitationData';
import { kinds, type Kind, type KindRow } from '../kinds';
import { parseMediaOffer } from '../normalise/mediaOffer';

/** The request that carries out a command, on the link that is there now. */
export interface Action {
  /** The link's rel; `deleteConversation` where no link is followed. */
  readonly name: string;
  readonly href: string;
  /** Default POST. */
  readonly method?: 'POST' | 'DELETE';
  readonly body?: string | Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly query?: Readonly<Record<string, string>>;
}

export type Decision =
  /** `state`: of cancel and hangup, where the invitation or the call stands. */
  | { readonly act: Action; readonly state?: string }
  /** Nothing can be done any more: the links are gone (somebody answered), or the invitation is over. */
  | { readonly over: 'resolvedElsewhere' | 'invitationEnded' };

/** A command on the invitation itself. */
export type InvitationCommand = Exclude<Command, { readonly command: CallCommandName }>;

const FINAL_STATES = new Set(['connected', 'cancelled', 'declined', 'failed', 'forwarded']);

/**
 * What a command does to an invitation as it is at this moment. **Link presence decides**: a link that is not there is
 * not allowed (UCWA documentation, "Web links"); of those that are, a kind may leave some alone. An SDP answer names the
 * command's session context, else the invitation's, else `madeSessionContext`. Pure.
 * Errors: `actionNotAvailable` naming what can be done.
 */
export function decideCommand(
  command: InvitationCommand,
  resource: Resource | undefined,
  kind: Kind,
  madeSessionContext: string,
): Decision {
  if (resource === undefined) return { over: 'invitationEnded' };
  const row: KindRow = kinds[kind];
  const linked = actionNames.filter((name) => linkOf(resource, name) !== undefined);
  if (linked.length === 0) {
    const { state } = resource.properties;
    return {
      over:
        typeof state === 'string' && FINAL_STATES.has(state.toLowerCase()) ? 'invitationEnded' : 'resolvedElsewhere',
    };
  }
  const available = linked.filter((name) => row.actions.includes(name));
  const wanted = actionFor(command, available);
  const name = available.find((each) => each === wanted);
  const link = name === undefined ? undefined : linkOf(resource, name);
  if (name === undefined || link === undefined) throw notAvailable(command, available, row.acceptRefusal);
  const { state } = resource.properties;
  return {
    act: { name, href: link.href, ...payload(command, resource, madeSessionContext) },
    ...(command.command === 'cancel' && typeof state === 'string' && { state: toEventSpelling.state(state) ?? state }),
  };
}

function actionFor(command: InvitationCommand, linked: readonly ActionName[]): ActionName | undefined {
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

function payload(
  command: InvitationCommand,
  resource: Resource,
  madeSessionContext: string,
): Omit<Action, 'name' | 'href'> {
  if (command.command === 'decline') return { body: { reason: command.reason } };
  if (command.command !== 'accept' || command.with !== 'answer') return {};
  const sessionContext = command.sessionContext ?? sessionContextOf(resource) ?? madeSessionContext;
  const processedOfferId = command.processedOfferId ?? offerToAnswer(resource);
  return {
    body: command.sdp,
    contentType: 'application/sdp',
    query: { sessionContext, ...(processedOfferId === undefined ? {} : { processedOfferId }) },
  };
}

/** The invitation's own session context; real incoming calls have none. */
export function sessionContextOf({ properties: { sessionContext } }: Resource): string | undefined {
  return typeof sessionContext === 'string' && sessionContext !== '' ? sessionContext : undefined;
}

/** The Content-ID of the part that is not the 2007 fall-back: that is the offer an answer is to. */
function offerToAnswer(resource: Resource): string | undefined {
  const href = linkOf(resource, 'mediaOffer')?.href;
  return href === undefined ? undefined : parseMediaOffer(href).find((offer) => !offer.fallback)?.contentId;
}

function notAvailable(
  command: InvitationCommand,
  available: readonly ActionName[],
  acceptRefusal: string | undefined,
): RelayError {
  const extensions = { available };
  if (command.command === 'accept' && acceptRefusal !== undefined)
    return new RelayError('actionNotAvailable', acceptRefusal, { extensions });
  const wanted =
    command.command === 'accept'
      ? command.with === 'answer'
        ? 'accept with an SDP'
        : 'accept to the phone'
      : command.command;
  const offers = available.length === 0 ? 'nothing' : available.join(', ');
  return new RelayError(
    'actionNotAvailable',
    `This invitation cannot be asked to ${wanted} now; it offers ${offers}.`,
    {
      extensions,
    },
  );
}
