import { callTriggers, type CallTriggerName } from './callTriggers';
import type { DefinitionName } from './definitions';

/** An operation as a maker of a flow sees it, over one of the API's routes. */
export interface ConnectorOperation {
  /** The route's operationId in the API's own documents. */
  readonly route: string;
  /** Pascal case (custom connectors, "Follow coding standards"); a flow that is in use refers to it for ever. */
  readonly operationId: string;
  /** In sentence case. */
  readonly summary: string;
  /** Sentences. */
  readonly description: string;
  /** The moment that a trigger's path names. */
  readonly trigger?: CallTriggerName;
  /** What is sent, where a flow is not to see all that the route takes; `none`: nothing. */
  readonly body?: DefinitionName | 'none';
  /** Not shown to makers. */
  readonly internal?: boolean;
}

/** Triggers first, then actions, in the order in which a maker would look for them; at last what the flow service uses by itself. */
export const connectorOperations: readonly ConnectorOperation[] = [
  ...(Object.keys(callTriggers) as CallTriggerName[]).map((trigger) => ({
    route: 'createCallTrigger',
    operationId: { ringing: 'WhenACallRings', ended: 'WhenACallEnds', missed: 'WhenACallIsMissed' }[trigger],
    summary: callTriggers[trigger].summary,
    description: callTriggers[trigger].description,
    trigger,
  })),
  {
    route: 'getCall',
    operationId: 'GetCall',
    summary: 'Get call',
    description: 'What is known of one call now: who calls, whether it rings, how it ended.',
  },
  {
    route: 'listCalls',
    operationId: 'ListCalls',
    summary: 'List calls',
    description:
      'The latest calls, of one account or of all: those that ring or are over, of a caller, of a time, with an outcome.',
  },
  {
    route: 'acceptInvitation',
    operationId: 'AcceptCall',
    summary: 'Accept call',
    description:
      'Takes a ringing call on the phone of its user, where a phone is linked. Can Accept On Phone of the call ' +
      'says whether that is possible.',
    body: 'none',
  },
  {
    route: 'declineInvitation',
    operationId: 'RejectCall',
    summary: 'Reject call',
    description: 'Rejects a ringing call. The caller hears that the user is busy, or comes to the voice mail.',
    body: 'Reject',
  },
  {
    route: 'cancelInvitation',
    operationId: 'CancelCall',
    summary: 'Cancel call',
    description: 'Gives up a call that the user is making, while it still rings on the other side.',
    body: 'none',
  },
  {
    route: 'startInvitation',
    operationId: 'Call',
    summary: 'Call',
    description:
      'Calls somebody for a user: the phone of the user rings first, then the other one. Only where Skype for Business allows ' +
      'that user to call over the telephone network.',
    body: 'CallSomebody',
  },
  {
    route: 'hangupInvitation',
    operationId: 'HangUpCall',
    summary: 'Hang up call',
    description: 'Ends a call that was started or accepted through the relay.',
    body: 'none',
  },
  {
    route: 'listCallAccounts',
    operationId: 'ListAccounts',
    summary: 'List accounts',
    description: 'The accounts that the relay listens for, for the drop-downs.',
    internal: true,
  },
  {
    route: 'unsubscribe',
    operationId: 'Unsubscribe',
    summary: 'Stop a trigger',
    description: 'Called by the flow service when a flow is changed or removed.',
    internal: true,
  },
];
