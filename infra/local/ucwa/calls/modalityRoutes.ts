import { applicationOf } from '../applications/applicationRoutes';
import { noContent, refusal, type Reply } from '../http/reply';
import type { Route, RoutedExchange } from '../http/route';
import type { UcwaSimulator } from '../ucwaSimulator';
import type { Invitation } from './call';
import { canHold, canStop } from './modalityResource';
import { CONVERSATION } from './paths';

const notFound = (): Reply => refusal(404, undefined, 'Call Not Found');

const conversationOf = ({ calls }: UcwaSimulator, { params }: RoutedExchange): Invitation | undefined =>
  calls.conversationAt(params['conversation'] ?? '');

/** An action on a conversation or its modality: 204 and the rest on the channel, 404 where it cannot be done (any more). */
const acting = (
  method: 'POST' | 'DELETE',
  suffix: string,
  action: string | NonNullable<Route['actionOf']>,
  act: (simulator: UcwaSimulator, invitation: Invitation) => boolean,
): Route => ({
  method,
  path: new RegExp(`^${CONVERSATION}${suffix}$`),
  scope: 'action',
  ledger: 'commands',
  ...(typeof action === 'string' ? { action } : { actionOf: action }),
  answer(simulator, exchange) {
    const application = applicationOf(simulator, exchange);
    if ('refusal' in application) return application.refusal;
    const invitation = conversationOf(simulator, exchange);
    return invitation !== undefined && act(simulator, invitation) ? noContent : notFound();
  },
});

function stop({ calls }: UcwaSimulator, invitation: Invitation): boolean {
  if (!canStop(invitation)) return false;
  calls.stop(invitation);
  return true;
}

const holding =
  (isHeld: boolean) =>
  ({ calls }: UcwaSimulator, invitation: Invitation): boolean => {
    if (!canHold(invitation) || invitation.isHeld === isHeld) return false;
    calls.hold(invitation, isHeld);
    return true;
  };

/** What is done with a call that goes on (UCWA 2.0, "phoneAudio", "audioVideo", "conversation"). */
export const modalityRoutes: readonly Route[] = [
  acting(
    'POST',
    '/(?<modality>audioVideo|phoneAudio)/terminate',
    // One address: it cancels what still rings, and stops what is connected.
    (simulator, exchange) => {
      if (conversationOf(simulator, exchange)?.stage === 'connecting') return 'cancel';
      return exchange.params['modality'] === 'phoneAudio' ? 'stopPhoneAudio' : 'stopAudioVideo';
    },
    stop,
  ),
  acting('POST', '/phoneAudio/hold', 'holdPhoneAudio', holding(true)),
  acting('POST', '/phoneAudio/resume', 'resumePhoneAudio', holding(false)),
  acting('DELETE', '', 'deleteConversation', stop),
];
