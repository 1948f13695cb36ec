import {
  LEASE_DURATION_MS,
  leasesToWrite,
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
  const claim = { slots: [3], owner: 'me', nowMs, patienceMs: 0, healthOf: () => undefined };

  test.each([
    ['takes a slot that never had an owner', [], 0, true],
    ['renews its own', [row({ owner: 'me', expiresAtMs: nowMs + 1 })], 0, true],
    ['renews its own though it has lapsed', [row({ owner: 'me', expiresAtMs: nowMs - 1 })], 0, true],
    ['leaves a slot to its owner', [row({ expiresAtMs: nowMs + 1 })], 0, false],
    ['takes a slot whose lease has lapsed', [row({})], 0, true],
    ['takes a slot that was given back', [row({ owner: '' })], 0, true],
    ['as a standby leaves a slot that was just given back to the next run', [row({ owner: '' })], 15_000, false],
    ['as a standby takes a slot at once whose owner died', [row({})], 15_000, true],
    ['as a standby leaves a slot that never had an owner', [], 15_000, false],
    [
      'as a standby takes a slot that nobody has come for',
      [row({ owner: '', expiresAtMs: nowMs - 15_000 })],
      15_000,
      true,
    ],
  ])('%s', (_title, rows, patienceMs, takes) => {
    const written = leasesToWrite(rows, { ...claim, patienceMs });
    expect(written).toEqual(
      takes
        ? [
            {
              slot: 3,
              owner: 'me',
              expiresAtMs: nowMs + LEASE_DURATION_MS,
              ...(rows.length === 0 ? {} : { etag: 'e' }),
            },
          ]
        : [],
    );
  });
});
