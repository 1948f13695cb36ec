import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axios from 'axios';
import { startConsumer, type ConsumerProcess } from '../support/consumerProcess';
import type { TestRelay } from '../support/relay';
import { startWebhookRelay, subscribe } from '../support/webhookRelay';

const project = join(__dirname, '../..');
const secret = `whsec_${Buffer.alloc(24, 's').toString('base64')}`;
const [verifier = '', receiver = ''] = [
  ...readFileSync(join(project, 'docs/webhooks.md'), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms),
].map(([, block = '']) => block);

describe('the receiver of docs/webhooks.md', () => {
  let relay: TestRelay;
  let running: ConsumerProcess;
  let url: string;
  beforeAll(async () => {
    // Two files there, one program here.
    const program = `${verifier.replace('export function', 'function')}\n${receiver.replace("import { verifyWebhook } from './verifyWebhook';\n", '')}`;
    running = startConsumer(program, { WEBHOOK_SECRET: secret, PORT: '0' });
    [relay] = await Promise.all([startWebhookRelay(), running.line(/listening/)]);
    url = `http://127.0.0.1:${/port: (\d+)/.exec(running.lines.join('\n'))?.[1] ?? ''}/hooks`;
  });
  afterAll(async () => {
    await running.stop();
    await relay.close();
  });

  it('has the verifier of the local stack', () => {
    expect(verifier).toBe(readFileSync(join(project, 'infra/local/receiver/verifyWebhook.ts'), 'utf8'));
    expect(verifier.split('\n').length).toBeLessThanOrEqual(40);
  });

  it('believes what the relay sends, and prints a call from its beginning to its end', async () => {
    await subscribe(relay, { url, secret, handshake: 'skip' });
    relay.ucwa.ring({ subject: 'Invoice 1234', scenario: 'declined', afterSeconds: 0.05 });
    await running.line(/completed/);
    const calls = running.lines.filter((line) => line.startsWith('ucwa.'));
    expect([calls[0], calls.at(-1)]).toEqual([
      'ucwa.audioVideoInvitation.started Alice connecting',
      'ucwa.audioVideoInvitation.completed Alice declined',
    ]);
  });

  it('believes nobody else', async () => {
    const before = running.lines.length;
    const { status } = await axios.post(url, '{"type":"ucwa.audioVideoInvitation.started","data":{}}', {
      headers: {
        'webhook-id': 'made-up',
        'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
        'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
      },
      proxy: false,
      validateStatus: () => true,
    });
    expect([status, running.lines.length]).toEqual([401, before]);
  });
});
