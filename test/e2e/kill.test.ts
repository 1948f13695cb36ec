import { accountKey, encodeInvitationId } from '../../shared/invitations/invitationId';
import { compareWithLedger } from '../support/ledgerAgreement';
import { startTestRelay, testSigningKey, type TestRelay } from '../support/relay';

let relay: TestRelay;
beforeAll(async () => (relay = await startTestRelay()));
afterAll(() => relay.close());

const idOf = (href: string, account: string): string => {
  const [, applicationId = '', collection = '', id = ''] =
    /\/applications\/([^/]+)\/communication\/([^/]+)\/([^/]+)$/.exec(href) ?? [];
  return encodeInvitationId(
    { accountKey: accountKey(account), kind: 'audioVideo', applicationId, collection, id },
    testSigningKey,
  );
};

describe('a host killed while calls ring', () => {
  it('loses no event and publishes none twice', async () => {
    for (let kill = 1; kill <= 2; kill++) {
      // The kill falls among the events of calls that begin, ring and end at this moment.
      for (let call = 1; call <= 4; call++)
        relay.ucwa.ring({ subject: `before kill ${String(kill)}`, scenario: 'answered', afterSeconds: 0.01 * call });
      if (kill > 1) await relay.topic.invitationEvent({ subject: `before kill ${String(kill)}` });
      await relay.host().kill('SIGKILL');
      relay.ucwa.ring({ subject: `while dead ${String(kill)}`, scenario: 'answeredElsewhere', afterSeconds: 0.01 });
      await relay.startHost();
    }
    relay.ucwa.ring({ subject: 'the last', scenario: 'answered', afterSeconds: 0.01 });
    await relay.topic.invitationEvent({ event: 'completed', subject: 'the last' });

    const { missing, surplus } = compareWithLedger(relay.ucwa.invitationEvents(), relay.topic.events, idOf);
    expect({ missing, surplus }).toEqual({ missing: [], surplus: [] });
    expect(relay.ucwa.invitationEvents().length).toBeGreaterThanOrEqual(2 * 16);
  });

  it('says of what waited meanwhile that it is delayed', () => {
    const waited = relay.topic.events.filter(({ data }) =>
      (data as { subject?: string }).subject?.startsWith('while dead'),
    );
    expect(waited.some(({ data }) => (data as { delayed?: boolean }).delayed === true)).toBe(true);
  });
});
