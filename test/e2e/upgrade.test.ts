import { invitationIdAt } from '../support/invitationIdAt';
import { compareWithLedger } from '../support/ledgerAgreement';
import { startTestRelay, testSigningKey, type TestRelay } from '../support/relay';

let relay: TestRelay;
beforeAll(async () => (relay = await startTestRelay()));
afterAll(() => relay.close());

/** Rings one call after another, each as soon as the one before is on the bus to its end, until the signal aborts; how many. */
async function ringOnAndOn(signal: AbortSignal): Promise<number> {
  let calls = 0;
  while (!signal.aborted) {
    const subject = `call ${String(++calls)}`;
    relay.ucwa.ring({ subject, scenario: 'answered', afterSeconds: 0.02 });
    await relay.topic.invitationEvent({ event: 'completed', subject });
  }
  return calls;
}

describe('a new process beside the old, which is then stopped, while calls ring', () => {
  let fromBefore: string;

  it('loses no event and publishes none twice', async () => {
    const old = relay.host();
    relay.ucwa.ring({ subject: 'rings throughout', ringSeconds: 600 });
    fromBefore = (await relay.topic.invitationEvent({ event: 'started', subject: 'rings throughout' })).subject;

    const isUpgraded = new AbortController();
    const calls = ringOnAndOn(isUpgraded.signal);
    const fresh = await relay.startHost();
    expect(await old.close()).toEqual({ code: 0, signal: null });
    await fresh.line(/ucwaConnected/);
    isUpgraded.abort();
    expect(await calls).toBeGreaterThan(1);

    const { missing, surplus } = compareWithLedger(relay.ucwa.invitationEvents(), relay.topic.events, (href, account) =>
      invitationIdAt(href, account, testSigningKey),
    );
    expect({ missing, surplus }).toEqual({ missing: [], surplus: [] });
  });

  it('keeps the application, and with it the place on the event channel', () => {
    const made = relay.ucwa.simulator.ledger.lifecycle.filter(
      ({ action, status }) => action === 'createApplication' && status === 201,
    );
    expect(made).toHaveLength(1);
    expect(relay.topic.events.filter(({ type }) => type === 'ucwa.channel.gap')).toEqual([]);
  });

  it('understands the ids that the old one made', async () => {
    const answer = await relay.command(fromBefore, 'decline');
    expect([answer.status, answer.data]).toEqual([
      202,
      { result: 'sent', invitationId: fromBefore, command: 'decline' },
    ]);
    expect((await relay.topic.invitationEvent({ event: 'completed', invitationId: fromBefore })).data).toMatchObject({
      outcome: { result: 'declined' },
    });
  });
});
