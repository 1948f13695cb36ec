import {
  LEASE_DURATION_MS,
  leasesToWrite,
  newOwner,
  SLOT_COUNT,
  slotOf,
  slotsOfShard,
  type SlotLease,
} from '../../../shared/relay/slots';

describe('slots', () => {
  it('keeps an account in the same slot for ever, whatever the case of its URI', () => {
    expect(slotOf('sip:reception@contoso.com')).toBe(slotOf('SIP:Reception@Contoso.com'));
    expect(slotOf('sip:reception@contoso.com')).toBe(3);
  });

  test.each([1, 2, 3, 7, 64])('gives every slot to exactly one of %i shards', (shardCount) => {
    const all = Array.from({ length: shardCount }, (_, shard) => slotsOfShard(shard, shardCount)).flat();
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: SLOT_COUNT }, (_, slot) => slot));
  });
});

describe('leasesToWrite', () => {
  const nowMs = 1_000_000;
  const row = (change: Partial<SlotLease>): SlotLease => ({
    slot: 3,
    owner: 'other',
    expiresAtMs: nowMs,
    etag: 'e',
    ...change,
  });
  const claim = { slots: [3], nowMs, healthOf: () => undefined };
  const expiresAtMs = nowMs + LEASE_DURATION_MS;
  const fallback = newOwner('fallback', 'f');

  test.each([
    ['takes a slot that never had an owner', 'me', undefined, { owner: 'me', expiresAtMs, askedBy: '' }],
    ['renews its own', 'me', { owner: 'me', expiresAtMs: nowMs + 1 }, { owner: 'me', expiresAtMs, askedBy: '' }],
    [
      'renews its own though it has lapsed',
      'me',
      { owner: 'me', expiresAtMs: nowMs - 1 },
      { owner: 'me', expiresAtMs, askedBy: '' },
    ],
    ['leaves a slot to another run', 'me', { expiresAtMs: nowMs + 1 }, undefined],
    ['takes a slot whose lease has lapsed', 'me', {}, { owner: 'me', expiresAtMs, askedBy: '' }],
    ['takes a slot that was given back', 'me', { owner: '' }, { owner: 'me', expiresAtMs, askedBy: '' }],
    [
      'asks a fallback for its slot',
      'me',
      { owner: fallback, expiresAtMs: nowMs + 1 },
      { owner: fallback, expiresAtMs: nowMs + 1, askedBy: 'me' },
    ],
    ['asks once', 'me', { owner: fallback, expiresAtMs: nowMs + 1, askedBy: 'me' }, undefined],
    [
      'accepts what was handed over',
      'me',
      { owner: 'me', expiresAtMs, askedBy: 'me' },
      { owner: 'me', expiresAtMs, askedBy: '' },
    ],
    ['as a fallback takes a slot whose owner died', fallback, {}, { owner: fallback, expiresAtMs, askedBy: '' }],
    ['as a fallback leaves a slot that was just given back to the next run', fallback, { owner: '' }, undefined],
    [
      'as a fallback takes a slot that no run has come for',
      fallback,
      { owner: '', expiresAtMs: nowMs - 1_000 },
      { owner: fallback, expiresAtMs, askedBy: '' },
    ],
    [
      'as a fallback leaves a slot to another fallback',
      fallback,
      { owner: newOwner('fallback', 'g'), expiresAtMs: nowMs + 1 },
      undefined,
    ],
    [
      'as a fallback hands over what it is asked for',
      fallback,
      { owner: fallback, expiresAtMs: nowMs + 1, askedBy: 'run' },
      { owner: 'run', expiresAtMs, askedBy: 'run' },
    ],
  ])('%s', (_title, owner, change, written) => {
    const rows = change === undefined ? [] : [row(change)];
    const etag = change === undefined ? {} : { etag: 'e' };
    expect(leasesToWrite(rows, { ...claim, owner })).toEqual(
      written === undefined ? [] : [{ slot: 3, ...written, ...etag }],
    );
  });
});
