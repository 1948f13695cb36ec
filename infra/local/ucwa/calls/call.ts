import { randomUUID } from 'node:crypto';
import { kinds, type Kind } from '../../../../shared/invitations/kinds';
import type { QueuedTimer } from '../timerQueue';
import type { Application } from '../applications/application';
import type { CallPlan } from './callPlan';
import type { Outcome } from './outcomes';

/** One call: it rings at every endpoint of the user that can take it, as an invitation each. */
export class Call {
  /** Last segment of its invitations' paths: 32 hex digits. */
  readonly id = randomUUID().replaceAll('-', '');
  readonly threadId: string;
  readonly kind: Kind;
  readonly direction: 'Incoming' | 'Outgoing';
  readonly invitations: Invitation[] = [];
  /** What is still to come by itself. */
  readonly timers: QueuedTimer[] = [];
  /** The talk is over. */
  isOver = false;
  /** Nothing rings any more. */
  isSettled = false;

  constructor(
    readonly plan: CallPlan,
    /** Nothing of it is emitted but `completed` (a fault). */
    readonly onlyCompleted: boolean,
  ) {
    this.threadId = plan.threadId ?? randomUUID().replaceAll('-', '');
    this.kind = plan.onlineMeeting
      ? 'onlineMeeting'
      : plan.modalities.includes('phoneAudio')
        ? 'phoneAudio'
        : 'audioVideo';
    this.direction = plan.scenario === 'outgoing' ? 'Outgoing' : 'Incoming';
  }

  /** The URI of the other side. */
  get otherUri(): string {
    return this.direction === 'Outgoing' ? (this.plan.to ?? this.plan.from) : this.plan.from;
  }

  get isRinging(): boolean {
    return this.invitations.some((invitation) => invitation.outcome === undefined);
  }

  get isConnected(): boolean {
    return !this.isOver && this.invitations.some((invitation) => invitation.outcome?.status === 'Success');
  }
}

/** What one endpoint sees of a call. */
export class Invitation {
  readonly path: string;
  /** Leads to the same invitation: what a start's `Location` names where the plan says so. */
  readonly otherPath: string;
  readonly conversationPath: string;
  state: 'Connecting' | 'Alerting' | 'Connected' | 'Cancelled' | 'Failed' = 'Connecting';
  /** An action was taken: the action links are gone, the outcome is to come. */
  isUnderWay = false;
  outcome: Outcome | undefined;
  isHeld = false;

  constructor(
    readonly call: Call,
    readonly application: Application,
  ) {
    this.path = `${application.communicationPath}/${kinds[call.kind].collection}/${call.id}`;
    this.otherPath = call.plan.otherLocation
      ? `${application.communicationPath}/${kinds[call.kind].collection}/${randomUUID().slice(0, 8)}`
      : this.path;
    this.conversationPath = `${application.communicationPath}/conversations/${randomUUID()}`;
  }

  /** Where the modality and its conversation stand. */
  get stage(): 'connecting' | 'connected' | 'over' {
    if (this.call.isOver || this.outcome?.status === 'Failure') return 'over';
    return this.outcome === undefined ? 'connecting' : 'connected';
  }

  /** `audioVideo`, `phoneAudio` or `onlineMeeting`: what the conversation leads to. */
  get modalityPath(): string {
    return `${this.conversationPath}/${this.call.kind}`;
  }
}
