import { RelayError } from '../../../../shared/errors/relayError';
import type { InvitationHead } from '../../../../shared/invitations/invitationHead';
import { waitForOutcome } from '../../../../shared/invitations/commands/waitForOutcome';
import { createFakeClock } from '../../../support/fakeClock';

const outcome = { result: 'declined' } as const;
const ended: InvitationHead = {
  invitationId: 'i',
  account: 'sip:reception@contoso.com',
  state: 'ended',
  endedBy: 'completed',
  startedAtMs: 0,
  seenAtMs: 0,
  sequence: '1',
  data: {
    invitationId: 'i',
    event: 'completed',
    kind: 'audioVideo',
    account: 'sip:reception@contoso.com',
    actions: [],
    outcome,
  },
};

describe('waitForOutcome', () => {
  it('answers as soon as it is on record', async () => {
    const clock = createFakeClock();
    const heads: InvitationHead[] = [];
    const waiting = waitForOutcome('i', 10_000, { clock, calls: { head: () => Promise.resolve(heads[0]) } });
    await clock.advance(3_000);
    heads.push(ended);
    await clock.advance(200);
    expect(await waiting).toEqual(outcome);
    expect(clock.sleepers()).toBe(0);
  });

  it('gives up after its time', async () => {
    const clock = createFakeClock();
    const waiting = waitForOutcome('i', 10_000, { clock, calls: { head: () => Promise.resolve(undefined) } });
    await clock.advance(10_000);
    expect(await waiting).toBeUndefined();
  });

  it('waits on while the read model cannot be read: the command was sent', async () => {
    const clock = createFakeClock();
    let isDown = true;
    const head = () => (isDown ? Promise.reject(new RelayError('storageUnavailable', 'down')) : Promise.resolve(ended));
    const waiting = waitForOutcome('i', 10_000, { clock, calls: { head } });
    await clock.advance(5_000);
    isDown = false;
    await clock.advance(200);
    expect(await waiting).toEqual(outcome);
  });
});
