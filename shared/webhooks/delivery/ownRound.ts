/** Resolves in a round of the event loop that no other caller has; callers go on in the order in which they came. */
export type OwnRound = () => Promise<void>;

/**
 * For work that comes by the hundred and is not urgent: deliveries to subscribers that fail. A round of its own costs each some
 * microseconds; all in one round would hold up for half a second what is urgent.
 */
export function createOwnRound(): OwnRound {
  const waiting: (() => void)[] = [];
  const goOn = (): void => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(goOn);
  };
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(goOn);
    });
}
