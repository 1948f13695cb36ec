import axios from 'axios';
import type { TestRelay } from '../support/relay';
import { startSubscriber, type SubscriberServer } from '../support/subscriberServer';
import { startWebhookRelay, subscribe } from '../support/webhookRelay';

interface Card {
  readonly attachments: readonly [
    {
      readonly content: {
        readonly actions?: readonly { readonly type: string; readonly title: string; readonly url: string }[];
      };
    },
  ];
}

let relay: TestRelay;
let channel: SubscriberServer;
beforeAll(async () => {
  [relay, channel] = await Promise.all([
    startWebhookRelay({ settings: { RELAY_PUBLIC_URL: 'https://relay.contoso.com' } }),
    startSubscriber(),
  ]);
  await subscribe(relay, { url: channel.url, format: 'teams' });
});
afterAll(async () => {
  await relay.close();
  await channel.close();
});

/** A browser that has nothing but the link. */
const open = (method: 'GET' | 'POST', url: string) =>
  axios.request<string>({
    method,
    url: url.replace('https://relay.contoso.com/api', relay.http().defaults.baseURL ?? ''),
    proxy: false,
    maxRedirects: 0,
    validateStatus: () => true,
  });

/** Rings, and answers the buttons of the card that the channel then shows. */
async function cardOf(subject: string) {
  const before = channel.requests.length;
  const { invitation } = relay.ucwa.ring({ subject });
  await channel.received(before + 1);
  const card = JSON.parse(channel.requests[before]?.body.toString() ?? '') as Card;
  const urlOf = (title: string): string =>
    card.attachments[0].content.actions?.find((action) => action.title === title)?.url ?? '';
  return {
    reject: urlOf('Reject the call'),
    takeOnPhone: urlOf('Send it to Reception’s phone'),
    commands: () => relay.ucwa.simulator.ledger.commands.filter(({ href }) => href.startsWith(invitation)),
  };
}

describe('the buttons of a card', () => {
  it('ask first, act once, and are over with the call', async () => {
    const { reject, commands } = await cardOf('to be rejected');
    expect(reject).toMatch(/^https:\/\/relay\.contoso\.com\/api\/confirm\/[\w-]+$/);
    const asked = await open('GET', reject);
    expect([asked.status, asked.headers['content-type'], asked.headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-store',
    ]);
    expect(asked.data).toContain('<form method="post"><button type="submit" autofocus>Reject the call</button></form>');
    expect(commands()).toEqual([]);

    const done = await open('POST', reject);
    expect([done.status, done.data.includes('every phone stops ringing')]).toEqual([200, true]);
    expect(commands()).toMatchObject([{ action: 'decline' }]);

    const again = await open('POST', reject);
    expect([again.status, again.data.includes('<form')]).toEqual([409, false]);
    expect(commands()).toHaveLength(1);
    const settled = await relay.topic.event(({ type }) => type === 'ucwa.command.settled');
    expect(settled.data).toMatchObject({
      command: 'decline',
      reason: 'Global',
      authentication: 'capability',
      caller: expect.stringMatching(/^link:/),
      result: 'sent',
    });
  });

  it('take the call on the phone', async () => {
    const { takeOnPhone, commands } = await cardOf('to be taken');
    expect(await open('POST', takeOnPhone)).toMatchObject({ status: 200 });
    expect(commands()).toMatchObject([{ action: 'acceptWithPhoneAudio' }]);
  });

  it('say of a call that is over that it is', async () => {
    const { reject, commands } = await cardOf('answered at the desk');
    const { invitationId } = (await relay.topic.invitationEvent({ event: 'started', subject: 'answered at the desk' }))
      .data as { invitationId: string };
    await relay.command(invitationId, 'accept', {}, { prefer: 'wait=60' });
    const page = await open('GET', reject);
    expect([page.status, page.data.includes('This call is over')]).toEqual([410, true]);
    expect((await open('POST', reject)).status).toBe(409);
    expect(commands().map(({ action }) => action)).toEqual(['acceptWithPhoneAudio']);
  });

  it('do nothing when the link is altered', async () => {
    const { reject, commands } = await cardOf('altered');
    const altered = reject.slice(0, -1) + (reject.endsWith('A') ? 'B' : 'A');
    for (const method of ['GET', 'POST'] as const) {
      const page = await open(method, altered);
      expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    }
    expect(commands()).toEqual([]);
  });
});
