// Over 100 lines: a call's life from ring to oblivion, which is one machine.
import type { TimerQueue } from '../timerQueue';
import type { Application } from '../applications/application';
import type { ChannelEvent } from '../channel/channelEvent';
import { kinds } from '../../../../shared/invitations/kinds';
import { Call, Invitation } from './call';
import type { CallPlan, Scenario } from './callPlan';
import {
  completedEvents,
  connectedEvents,
  conversationEndedEvents,
  negotiationEvents,
  participantEvents,
  ringingEvents,
  updatedEvents,
} from './invitationEvents';
import { outcomes, type Outcome } from './outcomes';

/** How long an ended call can still be read: a client that got a link only has this long to follow it. */
const MEMORY_MS = 60_000;

/** When a scenario's outcome comes, unless the plan says otherwise. */
const OUTCOME_AFTER_SECONDS = 2;

/** When the other side's phone is known to ring. */
const ALERTING_AFTER_MS = 1000;

/** The calls that ring, talk, or have just ended. */
export class Calls {
  readonly #calls = new Map<string, Call>();
  readonly #invitations = new Map<string, Invitation>();
  readonly #conversations = new Map<string, Invitation>();

  constructor(private readonly timerQueue: TimerQueue) {}

  /** Rings at each of the applications (an outgoing call belongs to the first alone), and lets the plan's scenario run. */
  ring(plan: CallPlan, applications: readonly Application[], onlyCompleted: boolean): Call {
    const call = new Call(plan, onlyCompleted);
    this.#calls.set(call.id, call);
    for (const application of call.direction === 'Outgoing' ? applications.slice(0, 1) : applications) {
      const invitation = new Invitation(call, application);
      call.invitations.push(invitation);
      this.#invitations.set(invitation.path, invitation);
      this.#conversations.set(invitation.conversationPath, invitation);
      emit(invitation, ringingEvents(invitation));
      emit(invitation, participantEvents(invitation));
    }
    this.#schedule(call);
    return call;
  }

  find(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  invitationAt(path: string): Invitation | undefined {
    return this.#invitations.get(path);
  }

  /** The paths of an application's conversations that are not over. */
  conversationsOf(applicationId: string): string[] {
    return [...this.#conversations.values()]
      .filter(
        ({ application, outcome, call }) =>
          application.id === applicationId && outcome?.status !== 'Failure' && !call.isOver,
      )
      .map(({ conversationPath }) => conversationPath);
  }

  conversationAt(path: string): Invitation | undefined {
    return this.#conversations.get(path);
  }

  /** The user takes the call at this endpoint; every other endpoint stops ringing. */
  accept(invitation: Invitation): void {
    this.#underWay(invitation);
    if (invitation.call.direction === 'Outgoing' && invitation.call.kind === 'audioVideo')
      emit(invitation, negotiationEvents(invitation));
    invitation.outcome = outcomes.connected;
    invitation.state = 'Connected';
    emit(invitation, connectedEvents(invitation));
    this.#complete(invitation, outcomes.connected);
    this.#endRest(invitation.call, outcomes.answeredElsewhere);
  }

  /** Early media: the invitation rings on. */
  answerProvisionally(invitation: Invitation): void {
    emit(invitation, updatedEvents(invitation));
  }

  /** This endpoint stops ringing; with any reason but Local, all of the user's. */
  decline(invitation: Invitation, reason: string): void {
    this.#end(invitation, outcomes.declined);
    if (reason !== 'Local') this.#endRest(invitation.call, outcomes.declined);
    else this.#rest(invitation.call);
  }

  /** Our own user gives up. */
  cancel(invitation: Invitation): void {
    this.#end(invitation, outcomes.cancelled);
    this.#rest(invitation.call);
  }

  /** The other side hangs up; false when there is nothing to hang up any more. */
  hangUp(call: Call): boolean {
    if (call.isRinging) {
      this.#endRest(call, call.direction === 'Incoming' ? outcomes.givenUpByCaller : outcomes.declinedByCallee);
      return true;
    }
    if (!call.isConnected) return false;
    this.#endTalk(call);
    return true;
  }

  #schedule(call: Call): void {
    const { scenario, ringSeconds, afterSeconds } = call.plan;
    const later = (seconds: number, action: () => void): void =>
      void call.timers.push(this.timerQueue.in(seconds * 1000, action));
    later(ringSeconds, () =>
      this.#endRest(call, call.direction === 'Incoming' ? outcomes.missed : outcomes.unanswered),
    );
    if (call.direction === 'Outgoing') call.timers.push(this.timerQueue.in(ALERTING_AFTER_MS, () => this.#alert(call)));
    if (scenario === undefined || scenario === 'missed') return;
    later(afterSeconds ?? (scenario === 'outgoing' ? (ringSeconds * 2) / 3 : OUTCOME_AFTER_SECONDS), () =>
      this.#play(call, scenario),
    );
  }

  #play(call: Call, scenario: Exclude<Scenario, 'missed'>): void {
    const ringing = call.invitations.find((invitation) => invitation.outcome === undefined);
    if (ringing === undefined) return;
    switch (scenario) {
      case 'answered':
      case 'outgoing':
        this.accept(ringing);
        break;
      case 'declined':
        this.decline(ringing, 'Global');
        break;
      case 'cancelled':
        this.#endRest(call, outcomes.givenUpByCaller);
        break;
      case 'answeredElsewhere':
        this.#endRest(call, outcomes.answeredElsewhere);
        break;
      case 'forwarded':
        this.#endRest(call, outcomes.forwarded);
        break;
    }
  }

  #alert(call: Call): void {
    for (const invitation of call.invitations) {
      if (invitation.outcome !== undefined) continue;
      invitation.state = 'Alerting';
      emit(invitation, updatedEvents(invitation));
    }
  }

  /** The action links go; that is an event of its own. */
  #underWay(invitation: Invitation): void {
    invitation.isUnderWay = true;
    emit(invitation, updatedEvents(invitation));
  }

  #end(invitation: Invitation, outcome: Outcome): void {
    this.#underWay(invitation);
    invitation.outcome = outcome;
    invitation.state = outcome.state;
    this.#complete(invitation, outcome);
  }

  #complete(invitation: Invitation, outcome: Outcome): void {
    emit(invitation, completedEvents(invitation, outcome), true);
  }

  #endRest(call: Call, outcome: Outcome): void {
    for (const invitation of call.invitations) {
      if (invitation.outcome === undefined) this.#end(invitation, outcome);
    }
    this.#rest(call);
  }

  /** When no endpoint rings any more, nothing is to come but the end of the talk, and oblivion. */
  #rest(call: Call): void {
    if (call.isRinging || call.isOver) return;
    for (const appointment of call.timers.splice(0)) appointment.cancel();
    this.timerQueue.in(MEMORY_MS, () => this.#forget(call));
  }

  #endTalk(call: Call): void {
    call.isOver = true;
    for (const invitation of call.invitations) {
      if (invitation.outcome?.status === 'Success') emit(invitation, conversationEndedEvents(invitation));
    }
  }

  #forget(call: Call): void {
    if (call.isConnected) this.#endTalk(call);
    this.#calls.delete(call.id);
    for (const invitation of call.invitations) {
      this.#invitations.delete(invitation.path);
      this.#conversations.delete(invitation.conversationPath);
    }
  }
}

function emit(invitation: Invitation, group: readonly ChannelEvent[], isLast = false): void {
  const { call, application } = invitation;
  const rel = kinds[call.kind].rel;
  const due = call.onlyCompleted && !isLast ? group.filter((event) => event.link.rel !== rel) : group;
  if (due.length > 0) application.emit(due);
}
