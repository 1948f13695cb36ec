/**
 * What `read` last gave, for `durationMs` from the time at which it was asked; callers that ask meanwhile share it.
 * A rejection is not kept.
 */
export function keepFor<Value>(
  durationMs: number,
  elapsedMs: () => number,
  read: () => Promise<Value>,
): () => Promise<Value> {
  let kept: { readonly value: Promise<Value>; readonly askedMs: number } | undefined;
  return () => {
    const nowMs = elapsedMs();
    if (kept !== undefined && nowMs - kept.askedMs < durationMs) return kept.value;
    const value = read();
    const own = { value, askedMs: nowMs };
    kept = own;
    value.catch(() => {
      if (kept === own) kept = undefined;
    });
    return value;
  };
}
