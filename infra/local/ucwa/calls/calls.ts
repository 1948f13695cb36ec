// Over 100 lines: a call's life from ring to oblivion, which is one machine.
import type { TimerQueue } from '../timerQueue';
import type { Application } from '../applications/application';
import type { ChannelEvent } from '../channel/channelEvent';
import { kinds } from '../../../../shared/invitations/kinds';
import { Call, Invitation } from './call';
import type { CallPlan, Scenario } from './callPlan';
import { conversationEndedEvents, modalityEvent } from './conversationEvents';
import { answeredEvents, completedEvents, connectedEvents, participantEvents } from './invitationEvents';
import { ringingEvents, updatedEvents } from './invitationEvents';
import { calleeOutcomes, outcomes, ownPhoneOutcomes, type Outcome } from './outcomes';

/** How long a settled invitation can still be read: a client that got a link only has this long to follow it. */
const MEMORY_MS = 60_000;

/** When a scenario's outcome comes, unless the plan says otherwise. */
const OUTCOME_AFTER_SECONDS = 2;

/** When the user's own phone is answered or has failed; from then on the other side's phone rings. */
const OWN_PHONE_AFTER_MS = 1000;

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
    const isOutgoing = call.direction === 'Outgoing';
    for (const application of isOutgoing ? applications.slice(0, 1) : applications) {
      const invitation = new Invitation(call, application);
      call.invitations.push(invitation);
      for (const path of [invitation.path, invitation.otherPath]) this.#invitations.set(path, invitation);
      this.#conversations.set(invitation.conversationPath, invitation);
      emit(invitation, ringingEvents(invitation));
      if (!isOutgoing) emit(invitation, participantEvents(invitation));
    }
    if (isOutgoing) this.#scheduleOutgoing(call);
    else this.#schedule(call);
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
      .filter(({ application, stage }) => application.id === applicationId && stage !== 'over')
      .map(({ conversationPath }) => conversationPath);
  }

  conversationAt(path: string): Invitation | undefined {
    return this.#conversations.get(path);
  }

  /** The user takes the call at this endpoint; every other endpoint stops ringing. */
  accept(invitation: Invitation): void {
    this.#underWay(invitation);
    invitation.outcome = outcomes.connected;
    invitation.state = 'Connected';
    emit(invitation, connectedEvents(invitation));
    emit(invitation, completedEvents(invitation, outcomes.connected), true);
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

  /** Our own user gives up a call that still rings, or hangs up. */
  stop(invitation: Invitation): void {
    if (invitation.stage === 'connected') {
      this.#endTalk(invitation.call);
      return;
    }
    this.#end(invitation, outcomes.cancelled);
    this.#rest(invitation.call);
  }

  hold(invitation: Invitation, isHeld: boolean): void {
    invitation.isHeld = isHeld;
    emit(invitation, [modalityEvent(invitation)]);
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
    this.#later(call, ringSeconds, () => this.#endRest(call, outcomes.missed));
    if (scenario === undefined || scenario === 'missed' || scenario === 'outgoing') return;
    this.#later(call, afterSeconds ?? OUTCOME_AFTER_SECONDS, () => this.#play(call, scenario));
  }

  /** The server rings the user's own phone, then the other side's, and joins both when that is answered. */
  #scheduleOutgoing(call: Call): void {
    const { callee, ownPhone, ringSeconds, afterSeconds } = call.plan;
    this.#later(call, ringSeconds, () => {
      this.#endRest(call, ownPhone === 'noAnswer' ? ownPhoneOutcomes.noAnswer : outcomes.unanswered);
    });
    if (ownPhone === 'noAnswer') return;
    this.#later(call, OWN_PHONE_AFTER_MS / 1000, () => {
      if (ownPhone === 'fails') this.#endRest(call, ownPhoneOutcomes.fails);
      else this.#alert(call);
    });
    if (callee === 'noAnswer') return;
    this.#later(call, afterSeconds ?? (ringSeconds * 2) / 3, () => {
      const [ringing] = call.invitations;
      if (callee !== 'answers') this.#endRest(call, calleeOutcomes[callee]);
      else if (ringing?.outcome === undefined && ringing !== undefined) this.#answered(ringing);
    });
  }

  /** The other side takes our call. */
  #answered(invitation: Invitation): void {
    invitation.isUnderWay = true;
    invitation.outcome = outcomes.connected;
    invitation.state = 'Connected';
    emit(invitation, answeredEvents(invitation, outcomes.connected), true);
    this.#rest(invitation.call);
  }

  #play(call: Call, scenario: Exclude<Scenario, 'missed' | 'outgoing'>): void {
    const ringing = call.invitations.find((invitation) => invitation.outcome === undefined);
    if (ringing === undefined) return;
    switch (scenario) {
      case 'answered':
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

  /** The action links go; of an incoming invitation that is an event of its own. */
  #underWay(invitation: Invitation): void {
    invitation.isUnderWay = true;
    if (invitation.call.direction === 'Incoming') emit(invitation, updatedEvents(invitation));
  }

  #end(invitation: Invitation, outcome: Outcome): void {
    this.#underWay(invitation);
    invitation.outcome = outcome;
    invitation.state = outcome.state;
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
    if (call.isRinging || call.isSettled) return;
    call.isSettled = true;
    for (const timer of call.timers.splice(0)) timer.cancel();
    this.timerQueue.in(MEMORY_MS, () => this.#forgetInvitations(call));
    if (call.isConnected) this.#later(call, call.plan.talkSeconds, () => this.#endTalk(call));
  }

  #endTalk(call: Call): void {
    if (!call.isConnected) return;
    for (const timer of call.timers.splice(0)) timer.cancel();
    call.isOver = true;
    for (const invitation of call.invitations) {
      if (invitation.outcome?.status === 'Success') emit(invitation, conversationEndedEvents(invitation));
      this.#conversations.delete(invitation.conversationPath);
    }
    this.#calls.delete(call.id);
  }

  #forgetInvitations(call: Call): void {
    for (const { path, otherPath, conversationPath } of call.invitations) {
      this.#invitations.delete(path);
      this.#invitations.delete(otherPath);
      if (!call.isConnected) this.#conversations.delete(conversationPath);
    }
    if (!call.isConnected) this.#calls.delete(call.id);
  }

  #later(call: Call, seconds: number, action: () => void): void {
    call.timers.push(this.timerQueue.in(seconds * 1000, action));
  }
}

function emit(invitation: Invitation, group: readonly ChannelEvent[], isLast = false): void {
  const { call, application } = invitation;
  const rel = kinds[call.kind].rel;
  const due = call.onlyCompleted && !isLast ? group.filter((event) => event.link.rel !== rel) : group;
  if (due.length > 0) application.emit(due);
}
