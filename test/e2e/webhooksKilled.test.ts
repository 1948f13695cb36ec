import { askUntil } from '../support/askUntil';
import { busEntities } from '../../shared/messaging/busEntities';
import type { RelayEvent } from '../../shared/invitations/events/relayEvent';
import { accountForDeliveries, type SubscriberAccount } from '../support/deliveryAccount';
import type { TestRelay } from '../support/relay';
import { startCrowd, type CrowdMember, type SubscriberCrowd } from '../support/subscriberCrowd';
import { simulatorAccount } from '../support/ucwaSimulator';
import { startWebhookRelay, subscribeMembers } from '../support/webhookRelay';

const SUBSCRIBERS = 10;
const KILLS = 3;

/** Long, so that what a kill holds up is not over when it goes on: a ring that is over would be logged as expired. */
const account = { ...simulatorAccount, ringSeconds: 300 };
const polling = { 'AzureWebJobs.pollEventChannel0.Disabled': 'true', POLL_FALLBACK: 'false' };
const delivering = { 'AzureWebJobs.deliverEvent.Disabled': 'true', 'AzureWebJobs.retryDelivery.Disabled': 'true' };

let relay: TestRelay;
let crowd: SubscriberCrowd;
let accounts: ReadonlyMap<CrowdMember, SubscriberAccount>;
beforeAll(async () => {
  // One host polls and stays; the one that is killed has the webhooks. (What a kill does to the polling, kill.test.ts shows.)
  [relay, crowd] = await Promise.all([
    startWebhookRelay({ accounts: [account], settings: delivering }),
    startCrowd(Array.from({ length: SUBSCRIBERS }, () => 'healthy' as const)),
  ]);
  const withWebhooks = { ...Object.fromEntries(Object.keys(delivering).map((name) => [name, 'false'])), ...polling };
  await relay.startHost(withWebhooks);
  const ids = await subscribeMembers(relay, crowd.members);

  for (let kill = 1; kill <= KILLS; kill++) {
    const subject = `during kill ${String(kill)}`;
    for (let call = 1; call <= 4; call++) relay.ucwa.ring({ subject, scenario: 'answered', afterSeconds: 0.1 * call });
    // It falls while the events of these calls are on their way to the ten.
    const { id } = await relay.topic.invitationEvent({ subject });
    await crowd.anyone(id);
    await relay.host().kill('SIGKILL');
    relay.ucwa.ring({ subject: `while dead ${String(kill)}`, scenario: 'answeredElsewhere', afterSeconds: 0.1 });
    await relay.startHost(withWebhooks);
  }
  relay.ucwa.ring({ subject: 'the last', scenario: 'answered', afterSeconds: 0.1 });
  await relay.topic.invitationEvent({ event: 'completed', subject: 'the last' });
  // What a host that died had in its hands comes again when the lock has run out, ten seconds later.
  await askUntil(leftToDo, (messages) => messages === 0);
  await relay.host().close();
  const byId = await accountForDeliveries(relay.storage.connectionString, relay.bus.connectionString, [
    ...ids.values(),
  ]);
  accounts = new Map(
    [...ids].flatMap(([member, id]) =>
      [byId.get(id)].flatMap((account) => (account === undefined ? [] : [[member, account] as const])),
    ),
  );
}, 420_000);
afterAll(async () => {
  await relay.close();
  await crowd.close();
});

/** The messages with which the fan-out and the deliveries are still to be done. */
function leftToDo(): number {
  return [busEntities.retries, `${busEntities.events}/Subscriptions/webhooks`].reduce((total, entity) => {
    const counts = relay.bus.entities()[entity];
    if (counts === undefined) throw new Error(`The bus has no ${entity}.`);
    return total + counts.active + counts.locked + counts.scheduled;
  }, 0);
}

/** Every invitation event of the topic. */
const events = (): readonly RelayEvent[] => relay.topic.events.filter(({ sequence }) => sequence !== undefined);

describe('the host that has the webhooks killed while events are on their way to ten subscribers, three times', () => {
  it('misses no end of a call at any of them', () => {
    const ends = events().filter(({ type }) => type.endsWith('.completed'));
    expect(ends).toHaveLength(KILLS * 5 + 1);
    for (const { arrivals } of crowd.members) expect(ends.filter(({ id }) => !arrivals.has(id))).toEqual([]);
  });

  it('sends what it sends twice with the same webhook-id and the same body, signed', () => {
    const ids = new Set(events().map(({ id }) => id));
    for (const { arrivals, unverified } of crowd.members) {
      expect(unverified).toBe(0);
      expect([...arrivals.keys()].filter((id) => !ids.has(id))).toEqual([]);
      for (const times of arrivals.values()) expect(new Set(times.map(({ digest }) => digest)).size).toBe(1);
    }
  });

  it('ends every delivery, and what did not arrive had been replaced, or its call was over', () => {
    expect(accounts.size).toBe(SUBSCRIBERS);
    for (const [{ arrivals }, { outcomes, problems }] of accounts) {
      expect(problems).toEqual([]);
      expect([...outcomes.keys()].sort()).toEqual(
        events()
          .map(({ id }) => id)
          .sort(),
      );
      // What arrived just before a kill has no record, and may be recorded as expired when it comes again.
      const unheard = [...outcomes].filter(([id]) => !arrivals.has(id));
      expect(unheard.filter(([, outcome]) => outcome !== 'expired' && outcome !== 'superseded')).toEqual([]);
    }
  });
});
