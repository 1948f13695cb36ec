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
