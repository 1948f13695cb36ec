import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import { nextOf, signIn, reported } from './client';

describe('the event channel', () => {
  let clock: FakeClock;
  let ucwa: TestUcwa;

  beforeEach(async () => {
    clock = createFakeClock();
    ucwa = await startTestUcwa({ clock });
  });
  afterEach(() => ucwa.close());

  it('gives the same package for the same ack until its `next` is followed', async () => {
    const client = await signIn(ucwa);
    ucwa.ring();
    const first = await client.poll(client.next);
    ucwa.ring({ from: 'sip:bob@contoso.com' });
    expect((await client.poll(client.next)).data).toEqual(first.data);
    expect(ucwa.invitationEvents().map(({ ack, acknowledged }) => [ack, acknowledged])).toEqual([
      [2, false],
      [null, false],
    ]);

    const second = await client.poll(nextOf(first));
    expect(reported(second)).toHaveLength(4);
    expect(ucwa.invitationEvents().map(({ ack, acknowledged }) => [ack, acknowledged])).toEqual([
      [2, true],
      [3, false],
    ]);
  });

  it('forgets what was acknowledged: an older ack, and one too far on, are answered resync to what is due', async () => {
    const client = await signIn(ucwa);
    ucwa.ring();
    const next = nextOf(await client.poll(client.next));
    ucwa.ring();
    const due = await client.poll(next);
    for (const ack of [1, 2, 5]) {
      const { data } = await client.poll(`${client.path}/events?ack=${ack}`);
      expect(data).toEqual({ _links: { self: { href: `${client.path}/events?ack=${ack}` }, resync: { href: next } } });
    }
    expect((await client.poll(next)).data).toEqual(due.data);
  });

  it('answers a poll whose time is over with `next` and no sender', async () => {
    const client = await signIn(ucwa);
    const pending = client.poll(client.next);
    await ucwa.simulator.whenPolling();
    await clock.advance(180_000);
    expect((await pending).data).toEqual({
      _links: { self: { href: client.next }, next: { href: `${client.path}/events?ack=3` } },
    });
  });

  it('waits as long as the client asks, and remembers it for the polls that follow', async () => {
    const client = await signIn(ucwa);
    const first = client.poll(`${client.next}&timeout=600`);
    await ucwa.simulator.whenPolling();
    ucwa.ring({ ringSeconds: 3600 });
    const second = await client.poll(nextOf(await first));
    const third = client.poll(nextOf(second));
    await ucwa.simulator.whenPolling();
    await clock.advance(599_999);
    expect(ucwa.simulator.applications.of('sip:reception@contoso.com')[0]?.channel.hasPendingPoll).toBe(true);
    await clock.advance(1);
    expect((await third).data).not.toHaveProperty('sender');
  });

  it.each([
    ['timeout', '179'],
    ['timeout', '1801'],
    ['low', '4'],
    ['medium', 'soon'],
    ['ack', 'x'],
  ])('refuses %s=%s', async (name, value) => {
    const client = await signIn(ucwa);
    const url = new URL(client.next, ucwa.url);
    url.searchParams.set(name, value);
    const { status, data } = await client.poll(url.pathname + url.search);
    expect([status, data]).toEqual([
      400,
      expect.objectContaining({ subcode: 'ParameterValidationFailure', parameters: [{ name, reason: 'Invalid' }] }),
    ]);
  });

  it('answers the older of two polls with the same ack 409 PGetReplaced', async () => {
    const client = await signIn(ucwa);
    const older = client.poll(client.next);
    await ucwa.simulator.whenPolling();
    const newer = client.poll(client.next);
    const { status, data } = await older;
    expect([status, data]).toEqual([409, expect.objectContaining({ code: 'Conflict', subcode: 'PGetReplaced' })]);
    ucwa.ring();
    expect(reported(await newer)[0]).toBe('communication: audioVideoInvitation started');
  });

  it('lets the older poll be when its priority is higher', async () => {
    const client = await signIn(ucwa);
    const older = client.poll(`${client.next}&priority=2`);
    await ucwa.simulator.whenPolling();
    expect((await client.poll(`${client.next}&priority=1`)).status).toBe(409);
    ucwa.ring();
    expect((await older).status).toBe(200);
  });

  it('keeps what it had for a poll whose client went away', async () => {
    const client = await signIn(ucwa);
    const gone = new AbortController();
    const pending = ucwa.http.get(client.next, {
      headers: { Authorization: `Bearer ${client.token}` },
      signal: gone.signal,
    });
    await ucwa.simulator.whenPolling();
    const application = ucwa.simulator.applications.of('sip:reception@contoso.com')[0];
    gone.abort();
    await expect(pending).rejects.toThrow('canceled');
    while (application?.channel.hasPendingPoll === true) await new Promise((resolve) => setImmediate(resolve));
    ucwa.ring();
    expect(reported(await client.poll(client.next))).toHaveLength(4);
  });

  it('tells a sender twice when another spoke in between', async () => {
    const client = await signIn(ucwa);
    ucwa.ring();
    ucwa.ring();
    const { data } = await client.poll(client.next);
    expect(data.sender?.map(({ rel }) => rel)).toEqual([
      'communication',
      'conversation',
      'communication',
      'conversation',
    ]);
  });

  it('holds ten thousand polls on one timer', async () => {
    const accounts = Array.from({ length: 10_000 }, (_, index) => `sip:user${index}@contoso.com`);
    const answers = accounts.map((account) => {
      const application = ucwa.simulator.createApplication(account, {
        userAgent: 'test',
        endpointId: 'e',
        culture: 'c',
      });
      return Promise.resolve(application.channel.poll(1, application.channel.settings, () => undefined));
    });
    expect(clock.sleepers()).toBe(1);
    await clock.advance(180_000);
    expect(await Promise.all(answers)).toHaveLength(10_000);
    expect(clock.sleepers()).toBe(0);
  });
});
