import { toRelayError } from '../../errors/relayError';
import type { Log } from '../../telemetry/log';
import { withDeadline } from '../../withDeadline';
import { compact } from '../compact';
import type { InvitationEvent } from '../events/relayEvent';
import { isOwnOperation } from '../commands/startCommand';
import type { StartedCalls } from '../commands/startedCalls';
import type { CallEvent } from './callEvent';
import type { CallSignal } from './callSignals';
import { callStepsOf, type CallStep, type CallStepsPorts } from './callSteps';
import type { ConnectedCall, ConnectedCalls } from './connectedCalls';
import { createFollowedCall, noteInvitation, noteParticipants, type FollowedCall } from './followedCall';
import { isExact, toConnectedEvent, toEndedEvent, type PackageTimes } from './toCallEvent';

export interface FollowCallsPorts extends CallStepsPorts {
  readonly connected: ConnectedCalls;
  readonly started: Pick<StartedCalls, 'record'>;
  /** Whether the relay has posted what ends this call. */
  readonly isStoppedByRelay: (invitationId: string) => Promise<boolean>;
  readonly log: Log;
}

/** The package that is being read. */
export interface FollowedPackage extends PackageTimes {
  readonly ack: string;
  readonly signals: readonly CallSignal[];
  /** The package's events of invitations, in the channel's order. */
  readonly invitations: readonly InvitationEvent[];
}

/** Follows the calls of one account that its application is part of, package by package. */
export interface CallFollower {
  /**
   * What the package tells of calls beyond their invitations: `ucwa.call.connected` once, when a modality is connected or the
   * invitation was completed with success, and `ucwa.call.ended` once, when the modality or the conversation is over. A call
   * that was answered elsewhere has neither: this application is no part of it. Never rejects: without storage the times
   * are those of this package, and a call that another process saw connected is not known.
   */
  follow(pkg: FollowedPackage): Promise<readonly CallEvent[]>;
  /** To be called when the bus has the events, before the package is acknowledged. Never rejects. */
  published(events: readonly CallEvent[]): Promise<void>;
}

/** Starts that are remembered; what is forgotten is recorded again, in vain. */
const MAX_STARTS = 100;
/** Storage gets this long. */
const STORAGE_MS = 2_000;

/** For one account, from the first package that is read in this process; connected calls are known from before too. */
export function createCallFollower(ports: FollowCallsPorts): CallFollower {
  return new Follower(ports);
}

class Follower implements CallFollower {
  readonly #ports: FollowCallsPorts;
  readonly #calls = new Map<string, FollowedCall>();
  /** Operations whose invitation was recorded. */
  readonly #started = new Set<string>();
  /** By the id of the event that reports the end: what is forgotten once that is published. */
  readonly #ended = new Map<string, { readonly account: string; readonly conversation: string }>();

  constructor(ports: FollowCallsPorts) {
    this.#ports = ports;
  }

  async follow(pkg: FollowedPackage): Promise<readonly CallEvent[]> {
    for (const event of pkg.invitations) noteInvitation(this.#calls, event);
    await this.#recordStarts(pkg.invitations);
    for (const { conversation, participant } of pkg.signals) {
      const call = this.#calls.get(conversation);
      if (call !== undefined && participant !== undefined) noteParticipants(call, [participant]);
    }
    const events: CallEvent[] = [];
    for (const step of await callStepsOf(pkg.ack, pkg.signals, pkg.invitations, this.#ports)) {
      const call = this.#calls.get(step.conversation) ?? (await this.#recall(step, pkg));
      if (call === undefined || call.isOver) continue;
      const event =
        step.reported === 'connected' ? await this.#connect(call, step, pkg) : await this.#end(call, step, pkg);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  async published(events: readonly CallEvent[]): Promise<void> {
    for (const { id } of events) {
      const of = this.#ended.get(id);
      if (of === undefined) continue;
      this.#ended.delete(id);
      await this.#attempt('forget', () => this.#ports.connected.remove(of.account, of.conversation));
    }
  }

  /** Which invitation came of which start: a process that waits for it reads it here. */
  async #recordStarts(invitations: readonly InvitationEvent[]): Promise<void> {
    for (const { subject, data } of invitations) {
      const { operationId, direction } = data;
      if (direction !== 'outgoing' || !isOwnOperation(operationId) || this.#started.has(operationId)) continue;
      if (this.#started.size >= MAX_STARTS) this.#started.clear();
      this.#started.add(operationId);
      await this.#attempt('start', () => this.#ports.started.record(operationId, subject));
    }
  }

  /** A call that another process, or an earlier run, saw connected. */
  async #recall({ conversation, reported }: CallStep, { account }: FollowedPackage): Promise<FollowedCall | undefined> {
    if (reported === 'connected') return undefined;
    const connected = await this.#attempt('recall', () => this.#ports.connected.read(account, conversation));
    if (connected === undefined) return undefined;
    const { invitationId, kind, direction, threadId } = connected;
    const call = createFollowedCall({ invitationId, kind, connected, recordedUnder: conversation });
    call.direction = direction;
    call.threadId = threadId;
    this.#calls.set(conversation, call);
    return call;
  }

  /** Records that the call is connected, so that its end is reported whichever process reads it. */
  async #connect(call: FollowedCall, step: CallStep, pkg: FollowedPackage): Promise<CallEvent | undefined> {
    if (call.connected !== undefined) return undefined;
    const { invitationId, kind, direction, threadId } = call;
    const { account, applicationId, ack, receivedAtMs, emptyAtMs } = pkg;
    const mine: ConnectedCall = {
      ...compact({ invitationId, kind, direction, threadId }),
      connectedAtMs: receivedAtMs,
      ...(!isExact(pkg) && { notBeforeMs: emptyAtMs }),
      applicationId,
      ack,
    };
    const standing =
      (await this.#attempt('record', () => this.#ports.connected.insert(account, step.conversation, mine))) ?? mine;
    call.connected = standing;
    call.recordedUnder = step.conversation;
    // The same package read again tells it again, with the times of the first reading. Another one is news no more.
    const isNews = standing.ack === ack && standing.applicationId === applicationId;
    return isNews ? toConnectedEvent(call, standing, step, pkg) : undefined;
  }

  async #end(call: FollowedCall, step: CallStep, pkg: FollowedPackage): Promise<CallEvent | undefined> {
    call.isOver = true;
    const { connected, recordedUnder = step.conversation, invitationId } = call;
    if (connected === undefined) return undefined;
    const isByRelay = await this.#attempt('claim', () => this.#ports.isStoppedByRelay(invitationId));
    const event = toEndedEvent(call, connected, isByRelay === true, step, pkg);
    this.#ended.set(event.id, { account: pkg.account, conversation: recordedUnder });
    return event;
  }

  async #attempt<T>(step: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await withDeadline(this.#ports.clock, work(), STORAGE_MS);
    } catch (error) {
      this.#ports.log.warn('callNotFollowed', { step, error: toRelayError(error).code });
      return undefined;
    }
  }
}
