import { toLinks, type Hal } from '../http/hal';
import type { Call, Invitation } from './call';
import { participantPath } from './people';

const conversationStates = { connecting: 'Connecting', connected: 'Connected', over: 'Disconnected' } as const;

/** The conversation that the invitation leads into (UCWA 2.0, "conversation"). */
export function conversationResource(invitation: Invitation): Hal {
  const { call, conversationPath, modalityPath, application, stage } = invitation;
  return {
    state:
      stage === 'connected' && call.kind === 'onlineMeeting'
        ? 'Conferenced'
        : stage === 'connecting' && call.direction === 'Incoming'
          ? 'Incoming'
          : conversationStates[stage],
    threadId: call.threadId,
    subject: call.plan.subject,
    activeModalities: activeModalities(call, stage === 'connected'),
    importance: call.plan.importance,
    recording: false,
    _links: toLinks({
      self: conversationPath,
      participants: `${conversationPath}/participants`,
      [call.kind]: modalityPath,
      localParticipant: participantPath(invitation, application.account),
    }),
    rel: 'conversation',
  };
}

/** UCWA's conversation names no PhoneAudio (ConversationModalityType). Who joins a meeting has no modality by that. */
function activeModalities({ kind, plan }: Call, connected: boolean): readonly string[] {
  return connected && kind === 'audioVideo' ? plan.modalities.map(modalityName) : [];
}

/** As UCWA writes a modality. */
export function modalityName(modality: string): string {
  return modality.charAt(0).toUpperCase() + modality.slice(1);
}

/**
 * The conversation's `audioVideo` or `phoneAudio` modality. A held call has no state of its own: only the links of hold and
 * resume change places (UCWA 2.0, "phoneAudio").
 */
export function modalityResource(invitation: Invitation): Hal {
  const { call, modalityPath, conversationPath, stage } = invitation;
  const rel = call.kind === 'phoneAudio' ? 'stopPhoneAudio' : 'stopAudioVideo';
  const { hold, resume } = holdPaths(invitation);
  return {
    state: stage === 'over' ? 'Disconnected' : modalityName(stage),
    _links: toLinks({
      self: modalityPath,
      conversation: conversationPath,
      [rel]: canStop(invitation) && call.plan.stopLinked ? stopPath(invitation) : undefined,
      holdPhoneAudio: canHold(invitation) && !invitation.isHeld ? hold : undefined,
      resumePhoneAudio: canHold(invitation) && invitation.isHeld ? resume : undefined,
    }),
    rel: call.kind,
  };
}

/** Whether the modality can be stopped: while the account's own call rings, and while people talk. */
export function canStop({ stage, call }: Invitation): boolean {
  return stage === 'connected' || (stage === 'connecting' && call.direction === 'Outgoing');
}

export function canHold({ stage, call }: Invitation): boolean {
  return stage === 'connected' && call.kind === 'phoneAudio' && call.plan.holdLinked;
}

/** Where the modality is stopped, and an outgoing invitation is cancelled (captures of messaging, and of audio-video's sibling). */
export function stopPath({ modalityPath }: Invitation): string {
  return `${modalityPath}/terminate`;
}

function holdPaths({ modalityPath }: Invitation): { readonly hold: string; readonly resume: string } {
  return { hold: `${modalityPath}/hold`, resume: `${modalityPath}/resume` };
}
