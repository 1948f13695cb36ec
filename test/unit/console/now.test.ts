import { nextShownCalls, GONE_STAYS_MS } from '../../../shared/console/now/shownCalls';
import { announcement } from '../../../shared/console/shell/announcement';
import { callItem, startedAtMs } from './callItem';

describe('nextShownCalls', () => {
  const first = nextShownCalls([], { ringing: ['a', 'b'], nowMs: 0, isHeld: false });

  it('keeps a call that is gone in its row for four seconds', () => {
    const gone = nextShownCalls(first, { ringing: ['b', 'c'], nowMs: 1000, isHeld: false });
    expect(gone).toEqual([{ invitationId: 'a', goneAtMs: 1000 }, { invitationId: 'b' }, { invitationId: 'c' }]);
    const later = (nowMs: number, isHeld: boolean) => nextShownCalls(gone, { ringing: ['b', 'c'], nowMs, isHeld });
    expect(later(1000 + GONE_STAYS_MS - 1, false)).toEqual(gone);
    expect(later(1000 + GONE_STAYS_MS, false).map(({ invitationId }) => invitationId)).toEqual(['b', 'c']);
  });

  it('moves nothing under the pointer', () => {
    const gone = nextShownCalls(first, { ringing: ['b'], nowMs: 1000, isHeld: true });
    expect(nextShownCalls(gone, { ringing: ['b'], nowMs: 60_000, isHeld: true })).toEqual(gone);
  });

  it('shows a call again that rings after all', () => {
    const gone = nextShownCalls(first, { ringing: ['b'], nowMs: 1000, isHeld: false });
    expect(nextShownCalls(gone, { ringing: ['a', 'b'], nowMs: 2000, isHeld: false })).toEqual(first);
  });
});

describe('announcement', () => {
  const nothing = { ids: new Set<string>(), connection: 'live' } as const;
  const input = (...ids: string[]) => ({
    calls: new Map(ids.map((id) => [id, callItem(id, {}, { importance: 'urgent' })])),
    settled: new Map(),
    connection: 'live' as const,
    nowMs: startedAtMs,
  });

  it('names one call that begins to ring, counts several, and says nothing twice', () => {
    const one = announcement(input('a'), nothing);
    expect(one.words).toBe('Urgent call from Alice Example for Reception.');
    expect(announcement(input('a'), one.said).words).toBe('');
    expect(announcement(input('a', 'b', 'c'), one.said).words).toBe('2 more calls ring. 3 ring now.');
  });

  it('says when the page is not live, and when it is again', () => {
    const lost = announcement({ ...input(), connection: 'notLive' }, nothing);
    expect(lost.words).toBe('The page is not live.');
    expect(announcement(input(), lost.said).words).toBe('The page is live again.');
  });
});
