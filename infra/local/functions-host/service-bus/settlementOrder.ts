/** Runs `settle` when no settlement with another outcome is on its way; settles as it does. */
export type SettlementOrder = (outcome: 'complete' | 'abandon', settle: () => Promise<void>) => Promise<void>;

/**
 * Orders the settlements of one link. Those with the same outcome go together, those that differ one group after
 * another: rhea merges neighbouring dispositions of one flush without comparing their outcomes, so that an abandon
 * sent together with a complete can reach the broker as a complete, and the message is lost.
 */
export function createSettlementOrder(): SettlementOrder {
  let group = { outcome: 'complete', start: Promise.resolve(), end: Promise.resolve() };
  return (outcome, settle) => {
    if (group.outcome !== outcome) group = { outcome, start: group.end, end: group.end };
    const settled = group.start.then(settle);
    group.end = Promise.allSettled([group.end, settled]).then(() => undefined);
    return settled;
  };
}
