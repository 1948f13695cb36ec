import { spawn } from 'node:child_process';
import { ServiceBusClient } from '@azure/service-bus';
import { readProductConfig } from '../../infra/local/service-bus/config/productConfig';
import { toolScript } from '../../infra/local/start/projectFolder';
import { askUntil } from '../support/askUntil';
import type { TestRelay } from '../support/relay';
import { createStackFolder, type StackFolder } from '../support/stack';
import { startSubscriber, type SubscriberServer } from '../support/subscriberServer';
import { simulatorAccount } from '../support/ucwaSimulator';
import { startWebhookRelay, subscribe } from '../support/webhookRelay';

/** The whole topic, so that a consumer which does not read fills it soon. */
const TOPIC_MEGABYTES = 0.25;

let relay: TestRelay;
let receiver: SubscriberServer;
let folder: StackFolder;
beforeAll(async () => {
  const busConfig = readProductConfig();
  busConfig.UserConfig.Namespaces[0].Topics[0].Properties['MaxSizeInMegabytes'] = TOPIC_MEGABYTES;
  [relay, receiver, folder] = await Promise.all([
    startWebhookRelay({
      busConfig,
      accounts: [
        { ...simulatorAccount },
        { sipUri: 'sip:locked@contoso.com', username: 'locked@contoso.com', password: 'wrong' },
      ],
    }),
    startSubscriber(() => ({ status: 410 })),
    createStackFolder(),
  ]);
});
afterAll(async () => {
  await Promise.all([relay.close(), receiver.close(), folder.remove()]);
});

/** What `npm run story` prints, by address and key of the environment, as of a relay in Azure. */
async function story(...commandArguments: string[]): Promise<{ readonly code: number | null; readonly text: string }> {
  const { url, functionsKey } = await relay.host().ready;
  const child = spawn(process.execPath, [toolScript('story'), ...commandArguments, '--subscription', 'consumer'], {
    cwd: folder.folder,
    env: {
      PATH: process.env['PATH'],
      RELAY_URL: url,
      RELAY_FUNCTION_KEY: functionsKey,
      ServiceBusConnection: relay.bus.connectionString,
    },
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => lines.push(piece));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  const text = lines.join('');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  // As one line, for what is long goes on in the next one.
  return { code, text: text.replace(/\s+/g, ' ') };
}

const storyUntil = (isThere: RegExp, ...commandArguments: string[]) =>
  askUntil(
    () => story(...commandArguments),
    ({ text }) => isThere.test(text),
  );

/** Until not even a small message fits. */
async function fillTopic(): Promise<void> {
  const client = new ServiceBusClient(relay.bus.connectionString, { retryOptions: { maxRetries: 0 } });
  const sender = client.createSender('invitation-events');
  for (const bytes of [30_000, 500])
    for (let fits = true; fits;)
      fits = await sender.sendMessages({ body: 'x'.repeat(bytes) }).then(
        () => true,
        () => false,
      );
  await client.close();
}

describe('a call that was not seen leads to its cause in one command', () => {
  it('where a subscriber fails, and where a filter excludes it', async () => {
    await subscribe(relay, { url: receiver.url, description: 'CRM' });
    const filters = { accounts: ['sip:sales@contoso.com'] };
    await subscribe(relay, { url: `${receiver.url}/sales`, description: 'Sales', filters });
    relay.ucwa.ring({ from: 'sip:alice@contoso.com', name: 'Alice Example', subject: 'seen' });
    const { subject } = await relay.topic.invitationEvent({ event: 'started', subject: 'seen' });
    const { code, text } = await storyUntil(/CRM: ring disabled/, '--from', 'alice');
    expect(code).toBe(0);
    expect(text).toMatch(/Alice Example <alice@contoso.com> → reception@contoso.com/);
    expect(text).toMatch(/✗ disabled CRM: ring disabled: [^✗]*410/);
    expect(text).toMatch(/– filtered Sales: ring not sent: its filter "accounts" excludes it/);
    expect((await story(subject)).text).toContain('ring not sent');
  });

  it('where a password is wrong', async () => {
    const { code, text } = await storyUntil(/credentialsRejected/, '--from', 'zoe');
    expect(code).toBe(1);
    expect(text).toContain('The relay has no call from "zoe" on record');
    expect(text).toMatch(/✗ account sip:locked@contoso.com is credentialsRejected\..*Correct user name and password/);
  });

  it('where the event channel had a gap', async () => {
    relay.ucwa.fault({ kind: 'applicationDropped' });
    await relay.topic.event(({ type }) => type === 'ucwa.channel.gap');
    const { text } = await storyUntil(/✗ gap/, '--from', 'zoe');
    expect(text).toMatch(/✗ gap of sip:reception@contoso.com until [\d:.]+ \(the pool had dropped the application\)/);
  });

  it('where a consumer does not read its subscription, and the topic is full', async () => {
    await fillTopic();
    relay.ucwa.ring({ from: 'sip:yara@contoso.com', subject: 'held up' });
    const { code, text } = await storyUntil(/notPublishing/, '--from', 'yara');
    expect(code).toBe(1);
    expect(text).toMatch(/✗ account sip:reception@contoso.com is notPublishing\..*The topic or queue is full/);
    expect(text).toMatch(/✗ bus Subscription consumer holds \d+ messages that its consumer has not taken/);
  });
});
