import { compact } from '../compact';
import { stableId } from '../events/eventIdentity';
import type { CallConnected, CallEnded } from './callData';
import type { CallConnectedEvent, CallEndedEvent, CallEvent } from './callEvent';
import type { CallStep } from './callSteps';
import type { ConnectedCall } from './connectedCalls';
import type { FollowedCall } from './followedCall';

/** Bounds of a moment are given where they lie further apart. */
const EXACT_MS = 5_000;

/** When a package came, and since when the channel had not been empty: what it tells happened between the two. */
export interface PackageTimes {
  readonly account: string;
  readonly applicationId: string;
  readonly receivedAtMs: number;
  readonly emptyAtMs: number;
}

/** Whether what a package tells has only just happened. Pure. */
export function isExact({ receivedAtMs, emptyAtMs }: PackageTimes): boolean {
  return receivedAtMs - emptyAtMs <= EXACT_MS;
}

/** `ucwa.call.connected`, with the times that are on record. Pure. */
export function toConnectedEvent(
  call: FollowedCall,
  { connectedAtMs, notBeforeMs }: ConnectedCall,
  step: CallStep,
  { account, applicationId }: PackageTimes,
): CallConnectedEvent {
  const { participants } = call;
  const data: CallConnected = {
    ...toCommon(call, account),
    connectedAt: toIso(connectedAtMs),
    ...boundsOf(notBeforeMs, connectedAtMs),
    ...(participants.length > 0 && { participants: [...participants] }),
    actions: [...(step.actions ?? (['hangup'] as const))],
  };
  return { ...envelopeOf('ucwa.call.connected', data, step, applicationId), timeMs: connectedAtMs, data };
}

/** `ucwa.call.ended`. Pure. @param isByRelay whether the relay has posted what ends the call. */
export function toEndedEvent(
  call: FollowedCall,
  { connectedAtMs, notBeforeMs }: ConnectedCall,
  isByRelay: boolean,
  step: CallStep,
  times: PackageTimes,
): CallEndedEvent {
  const { account, applicationId, receivedAtMs, emptyAtMs } = times;
  // It cannot have ended before it was connected.
  const earliestMs = isExact(times) ? undefined : Math.max(emptyAtMs, notBeforeMs ?? connectedAtMs);
  const isMeasured = isExact(times) && notBeforeMs === undefined;
  const { code, subcode, message } = step.reason ?? {};
  const data: CallEnded = {
    ...toCommon(call, account),
    ...(notBeforeMs === undefined && { connectedAt: toIso(connectedAtMs) }),
    endedAt: toIso(receivedAtMs),
    ...boundsOf(earliestMs, receivedAtMs),
    ...(isMeasured && { durationSeconds: Math.max(0, Math.round((receivedAtMs - connectedAtMs) / 1000)) }),
    ...(isByRelay && { endedBy: 'relay' as const }),
    ...(step.reason !== undefined && { reason: compact({ code, subcode, message }) }),
  };
  return { ...envelopeOf('ucwa.call.ended', data, step, applicationId), timeMs: receivedAtMs, data };
}

function boundsOf(notBeforeMs: number | undefined, notAfterMs: number) {
  if (notBeforeMs === undefined) return {};
  return { delayed: true as const, notBefore: toIso(notBeforeMs), notAfter: toIso(notAfterMs) };
}

function toCommon({ invitationId, kind, direction, threadId }: FollowedCall, account: string) {
  return compact({ invitationId, account, kind, direction, threadId });
}

/** The id is of the call and the type alone: each is reported once, whichever package tells it. */
function envelopeOf<Type extends CallEvent['type']>(
  type: Type,
  { account, invitationId, threadId }: CallConnected | CallEnded,
  { sequence }: CallStep,
  applicationId: string,
) {
  return {
    id: stableId(account.toLowerCase(), applicationId, invitationId, type),
    type,
    account,
    subject: invitationId,
    sequence,
    ...(threadId !== undefined && { correlationId: threadId }),
  };
}

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
