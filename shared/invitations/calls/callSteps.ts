import type { Clock } from '../../clock';
import { sequenceOf } from '../events/eventIdentity';
import type { InvitationEvent } from '../events/relayEvent';
import type { InvitationData } from '../invitationData';
import type { Resource } from '../resource';
import type { CallActionName } from './callData';
import { reportedBy, type CallSignal } from './callSignals';

/** That a call was connected or has ended, at its place in the package. */
export interface CallStep extends Pick<CallSignal, 'conversation' | 'reason'> {
  readonly reported: 'connected' | 'ended';
  /** Of connected: what the modality links, where it was seen. */
  readonly actions?: readonly CallActionName[];
  readonly sequence: string;
}

export interface CallStepsPorts {
  /** GET on the account's own session; undefined for what is gone. */
  readonly read: (href: string, signal: AbortSignal) => Promise<Resource | undefined>;
  readonly clock: Clock;
}

/** A resource that an event only links is read this long. */
const READ_MS = 2_000;

/**
 * What happened in a package, in the channel's order: what its events tell of modalities and conversations, and the invitations
 * that were completed with success. What an event only links is read; what cannot be read in time tells nothing. Never rejects.
 */
export async function callStepsOf(
  ack: string,
  signals: readonly CallSignal[],
  invitations: readonly InvitationEvent[],
  ports: CallStepsPorts,
): Promise<readonly CallStep[]> {
  const read = await Promise.all(
    signals.map(async (signal): Promise<CallStep[]> => {
      const reported = await reportedIn(signal, ports);
      const { conversation, reason, position } = signal;
      const sequence = sequenceOf(ack, position);
      return reported === undefined
        ? []
        : [{ conversation, ...(reason !== undefined && { reason }), ...reported, sequence }];
    }),
  );
  const answered = invitations.flatMap(({ data, sequence = '' }): CallStep[] => {
    const conversation = data.related?.derivedConversation ?? data.related?.conversation;
    if (conversation === undefined || !isAnsweredHere(data)) return [];
    // After the event itself, and before the next.
    return [{ reported: 'connected', conversation, sequence: `${sequence}-1` }];
  });
  return [...read.flat(), ...answered].sort((one, other) => (one.sequence < other.sequence ? -1 : 1));
}

/** Whether this endpoint is connected; a call that was taken elsewhere says so by its subcode, and is no success of this one. */
function isAnsweredHere({ event, outcome }: InvitationData): boolean {
  return event === 'completed' && outcome?.result === 'answered' && outcome.status?.toLowerCase() !== 'failure';
}

async function reportedIn(
  { reported, href, conversation, actions }: CallSignal,
  { read, clock }: CallStepsPorts,
): Promise<Pick<CallStep, 'reported' | 'actions'> | undefined> {
  if (reported === 'participant') return undefined;
  if (reported !== 'unknown') return { reported, ...(actions !== undefined && { actions }) };
  if (href === undefined) return undefined;
  const enough = new AbortController();
  const cancel = clock.setTimer(READ_MS, () => enough.abort());
  try {
    const resource = await read(href, enough.signal);
    if (resource === undefined) return { reported: 'ended' };
    return reportedBy(resource, href === conversation ? 'conversation' : (href.split('/').at(-1) ?? ''));
  } catch {
    return undefined; // Another event tells, or the end of the conversation does.
  } finally {
    cancel();
  }
}
