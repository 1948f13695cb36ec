/** A call on *Now*: one that rings, or one that did until just now. */
export interface ShownCall {
  readonly invitationId: string;
  /** Since when it does not ring any more. */
  readonly goneAtMs?: number;
}

/** So long a call that is gone stays in its row: who is about to press a button must see it go, and nothing may move under the pointer. */
export const GONE_STAYS_MS = 4000;

export interface ShownCallsInput {
  /** Invitation ids, in the order in which they are to be shown. */
  readonly ringing: readonly string[];
  readonly nowMs: number;
  /** Whether the pointer is about to press something: nothing moves then. */
  readonly isHeld: boolean;
}

/** What *Now* shows after what it showed before. Pure. */
export function nextShownCalls(
  shown: readonly ShownCall[],
  { ringing, nowMs, isHeld }: ShownCallsInput,
): readonly ShownCall[] {
  const rings = new Set(ringing);
  const known = new Set(shown.map(({ invitationId }) => invitationId));
  const kept = shown.flatMap(({ invitationId, goneAtMs }): ShownCall[] => {
    if (rings.has(invitationId)) return [{ invitationId }];
    const sinceMs = goneAtMs ?? nowMs;
    return isHeld || nowMs - sinceMs < GONE_STAYS_MS ? [{ invitationId, goneAtMs: sinceMs }] : [];
  });
  // New ones have waited least, so that they come last by themselves.
  const added = ringing.filter((id) => !known.has(id)).map((invitationId) => ({ invitationId }));
  return [...kept, ...added];
}
