import { encodeSlotHealth } from '../../../shared/relay/accountHealth';
import { toSlotHistory } from '../../../shared/relay/slotHistory';
import { LEASE_DURATION_MS, type SlotLease } from '../../../shared/relay/slots';

const account = 'sip:reception@contoso.com';
const heldMs = 1_000_000;
const died = { owner: 'before', expiresAtMs: heldMs + LEASE_DURATION_MS };
const gaveBack = { owner: '', expiresAtMs: heldMs };

test.each<[string, Pick<SlotLease, 'owner' | 'expiresAtMs'>, number | undefined, number]>([
  [
    'who died: its last renewal, for what it told just before is older by the age of the heartbeat only',
    died,
    heldMs - 20_000,
    heldMs,
  ],
  [
    'who died while a package of the account had been waiting for the bus: what it told',
    died,
    heldMs - 60_000,
    heldMs - 60_000,
  ],
  ['who died and told nothing of the account: its last renewal', died, undefined, heldMs],
  ['who gave it back: what it told then', gaveBack, heldMs - 4_000, heldMs - 4_000],
  ['who gave it back and told nothing of the account: the moment of that', gaveBack, undefined, heldMs],
])('an account’s channel was read by %s', (_who, row, readToEndMs, expected) => {
  const health = encodeSlotHealth([
    { account, state: 'connected', modalities: [], ...(readToEndMs === undefined ? {} : { readToEndMs }) },
  ]);
  expect(toSlotHistory({ slot: 3, ...row, health }).readUntilMs(account)).toBe(expected);
  expect(toSlotHistory({ slot: 3, ...row, health }).readUntilMs('sip:other@contoso.com')).toBe(heldMs);
});

test('a row of another version tells when it was held, and no more', () => {
  expect(toSlotHistory({ slot: 3, ...died }).readUntilMs(account)).toBe(heldMs);
  expect(toSlotHistory({ slot: 3, ...died, health: Buffer.from('[]') }).readUntilMs(account)).toBe(heldMs);
});

test('an account was connected where its last report says so, or says so of all that it does not name', () => {
  const crowd = Array.from({ length: 4_000 }, (_, index) => `sip:${String(index * 7_919_993)}@contoso.com`);
  const health = encodeSlotHealth([
    { account, state: 'backingOff', modalities: [] },
    ...crowd.map((one) => ({ account: one, state: 'connected', modalities: ['Audio'], lastPollAtMs: heldMs })),
  ]);
  const history = toSlotHistory({ slot: 3, ...died, health });
  expect([history.wasConnected(account), crowd.every((one) => history.wasConnected(one))]).toEqual([false, true]);
  expect(toSlotHistory({ slot: 3, ...died }).wasConnected(account)).toBe(false);
});
