import { toGapEvent, type GapFacts } from '../../../../shared/invitations/normalise/toGapEvent';

const gap: GapFacts = {
  account: 'sip:reception@contoso.com',
  applicationId: '192',
  cause: 'resume',
  afterMs: Date.UTC(2026, 0, 15, 11, 58),
  beforeMs: Date.UTC(2026, 0, 15, 12, 0),
};

test('a gap says whose channel, why, and between which moments', () => {
  expect(toGapEvent(gap)).toEqual({
    id: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) as string,
    type: 'ucwa.channel.gap',
    account: gap.account,
    subject: gap.account,
    timeMs: gap.beforeMs,
    data: {
      account: gap.account,
      cause: 'resume',
      after: '2026-01-15T11:58:00.000Z',
      before: '2026-01-15T12:00:00.000Z',
    },
  });
});

test('the same gap has the same id, any other another', () => {
  const others: Partial<GapFacts>[] = [
    { account: 'sip:other@contoso.com' },
    { applicationId: '193' },
    { cause: 'outage' },
    { afterMs: gap.afterMs + 1 },
    { beforeMs: gap.beforeMs + 1 },
  ];
  const ids = [gap, gap, ...others.map((other) => ({ ...gap, ...other }))].map((facts) => toGapEvent(facts).id);
  expect(new Set(ids).size).toBe(others.length + 1);
});
