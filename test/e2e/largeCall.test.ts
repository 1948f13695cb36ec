import { askUntil } from '../support/askUntil';
import type { TestRelay } from '../support/relay';
import { startSubscriber, type SubscriberServer } from '../support/subscriberServer';
import { startWebhookRelay, subscribe } from '../support/webhookRelay';

interface Heard {
  readonly id: string;
  readonly subject: string;
  readonly data: {
    readonly event: string;
    readonly subject?: string;
    readonly omitted?: readonly string[];
    readonly outcome?: { readonly result: string };
  };
}

const normalSubjects = ['first', 'second', 'third'];
const quotes = '"'.repeat(120_000);

let relay: TestRelay;
let healthy: SubscriberServer;
let failing: SubscriberServer;
let failingId: string;
let isRepaired = false;
const since = new Date().toISOString();

/** A package with the end of a call, as a pool would send it that sets its subject no limit. */
function endedCall(subject: string) {
  const href = `/ucwa/oauth/v1/applications/101/communication/audioVideoInvitations/${'e'.repeat(32)}`;
  const audioVideoInvitation = {
    direction: 'Incoming',
    state: 'Connected',
    importance: 'Normal',
    subject,
    _links: { self: { href } },
    _embedded: { from: { uri: 'sip:alice@contoso.com', name: 'Alice', rel: 'participant' } },
    rel: 'audioVideoInvitation',
  };
  const event = {
    link: { rel: 'audioVideoInvitation', href },
    type: 'completed',
    status: 'Success',
    _embedded: { audioVideoInvitation },
  };
  return {
    _links: { self: { href: 'x' }, next: { href: 'x' } },
    sender: [{ rel: 'communication', href: '/ucwa/oauth/v1/applications/101/communication', events: [event] }],
  };
}

beforeAll(async () => {
  [relay, healthy, failing] = await Promise.all([
    startWebhookRelay(),
    startSubscriber(),
    startSubscriber(() => ({ status: isRepaired ? 204 : 500 })),
  ]);
  await subscribe(relay, { url: healthy.url, handshake: 'skip' });
  failingId = (await subscribe(relay, { url: failing.url, handshake: 'skip' })).subscription.id;
  const call = { scenario: 'answered', afterSeconds: 0.05 } as const;
  relay.ucwa.simulator.pushPackage({ body: endedCall(quotes) });
  for (const subject of normalSubjects) relay.ucwa.ring({ ...call, subject });
});
afterAll(async () => {
  await relay.close();
  await Promise.all([healthy.close(), failing.close()]);
});

const heardBy = ({ requests }: SubscriberServer): readonly Heard[] =>
  requests.map(({ body }) => JSON.parse(body.toString('utf8')) as Heard);
const endsOf = (heard: readonly Heard[]): readonly Heard[] => heard.filter(({ data }) => data.event === 'completed');
const endsHeardBy = (subscriber: SubscriberServer): readonly Heard[] => endsOf(heardBy(subscriber));
const nameOf = ({ data }: Heard): string => data.subject ?? `without ${String(data.omitted)}`;

describe('a call with a subject of 120,000 quotes', () => {
  it('is heard without its subject, and the calls beside it as they are', async () => {
    const ends = await askUntil(
      () => endsHeardBy(healthy),
      (heard) => heard.length >= 4,
    );
    expect(ends.map(nameOf).sort()).toEqual([...normalSubjects, 'without subject'].sort());
    expect(ends.find(({ data }) => data.omitted !== undefined)?.data.outcome).toMatchObject({ result: 'answered' });
    for (const { body } of healthy.requests) expect(body.toString('utf8').length).toBeLessThanOrEqual(30_000);
  });

  it('keeps nobody from recovering what was not delivered', async () => {
    const api = relay.http();
    const path = `/webhook-subscriptions/${failingId}`;
    await api.patch(path, { state: 'paused' });
    const isEnd = ({ type }: { type: string }): boolean => type.endsWith('.completed');
    await askUntil(
      async () => (await api.get<{ deliveries: { type: string; outcome: string }[] }>(`${path}/deliveries`)).data,
      ({ deliveries }) =>
        deliveries.filter((one) => isEnd(one) && one.outcome === 'disabled').length === normalSubjects.length + 1,
    );
    isRepaired = true;
    const before = failing.requests.length;
    await api.patch(path, { state: 'active' });
    const { data } = await api.post<{ queued: number; waiting: number }>(`${path}/recover`, { since });
    expect(data.queued).toBeGreaterThanOrEqual(4);
    expect(data.waiting).toBe(0);
    const recovered = await askUntil(
      () => endsOf(heardBy(failing).slice(before)),
      (heard) => heard.length >= 4,
    );
    expect(recovered.map(nameOf).sort()).toEqual([...normalSubjects, 'without subject'].sort());
    expect(new Set(recovered.map(({ id }) => id))).toEqual(new Set(endsHeardBy(healthy).map(({ id }) => id)));
  });
});
