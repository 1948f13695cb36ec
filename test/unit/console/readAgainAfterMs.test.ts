import { readAgainAfterMs } from '../../../shared/console/call/readAgainAfterMs';

const nowMs = Date.parse('2026-01-15T12:00:00Z');

function callWith(state: 'active' | 'ended', ...outcomes: readonly (readonly [outcome: string, nextAt?: string])[]) {
  const subscribers = outcomes.map(([outcome, nextAt], index) => ({
    subscriptionId: `s${String(index)}`,
    outcome,
    attempts: [{ attempt: 1, attempted: true, outcome, durationMs: 10, nextAt }],
  }));
  return { detail: { state }, timeline: { events: [{ id: 'e', subscribers }] } };
}

describe('a call that is shown is read again', () => {
  it.each([
    ['not, when it is over and every subscriber has it', callWith('ended', ['delivered'], ['dead']), undefined],
    ['every three seconds while it goes on', callWith('active', ['delivered']), 3000],
    ['in a second while an attempt is under way', callWith('active', ['pending'], ['delivered']), 1000],
    ['a second after the next attempt', callWith('ended', ['retrying', '2026-01-15T12:00:20Z']), 21_000],
    ['for the earliest of several', callWith('active', ['retrying', '2026-01-15T12:00:01Z'], ['delivered']), 2000],
    ['in a second where the attempt is overdue', callWith('ended', ['retrying', '2026-01-15T11:59:00Z']), 1000],
    ['at least every minute', callWith('ended', ['retrying', '2026-01-15T18:00:00Z']), 60_000],
  ])('%s', (_, call, afterMs) => {
    expect(readAgainAfterMs(call, nowMs)).toBe(afterMs);
  });
});
