import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { startProgram, type ConsumerProcess } from '../support/consumerProcess';
import type { TestRelay } from '../support/relay';
import { startWebhookRelay, subscribe } from '../support/webhookRelay';

const project = join(__dirname, '../..');
const secret = `whsec_${Buffer.alloc(24, 's').toString('base64')}`;

/** Each block of code with the file name above it. */
const blocks = new Map(
  [
    ...readFileSync(join(project, 'docs/webhooks.md'), 'utf8').matchAll(
      /^`([\w.-]+)`, run by `npm install [\w ]+ && WEBHOOK_SECRET=whsec_… node ([\w.-]+)`\n\n```js\n(.*?)^```$/gms,
    ),
  ].map(([, name = '', run = '', code = '']) => [name, { run, code }] as const),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'receiver-'));
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  for (const [name, { code }] of blocks) writeFileSync(join(folder, name), code);
});
afterAll(() => rmSync(folder, { recursive: true }));

const start = (name: string, WEBHOOK_SECRET: string): ConsumerProcess =>
  startProgram([join(folder, name)], { WEBHOOK_SECRET, PORT: '0' });

test('each program of docs/webhooks.md is run by its own name', () => {
  expect([...blocks].map(([name, { run }]) => [name, run])).toEqual([
    ['receiver.mjs', 'receiver.mjs'],
    ['receiver-express.mjs', 'receiver-express.mjs'],
  ]);
});

describe.each(['receiver.mjs', 'receiver-express.mjs'])('the receiver %s of docs/webhooks.md', (name) => {
  let running: ConsumerProcess;
  let url: string;
  beforeAll(async () => {
    running = start(name, secret);
    await running.line(/listening/);
    url = `http://127.0.0.1:${/port: (\d+)/.exec(running.lines.join('\n'))?.[1] ?? ''}/hooks`;
  });
  afterAll(() => running.stop());

  const body = '{"type":"ucwa.audioVideoInvitation.started","data":{"from":{"name":"Bob"},"state":"connecting"}}';
  const post = async (signature: string, at: Date): Promise<number> => {
    const headers = {
      'content-type': 'application/cloudevents+json',
      'webhook-id': signature.slice(-20),
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signature,
    };
    return (await axios.post(url, body, { headers, proxy: false, validateStatus: () => true })).status;
  };

  it.each([
    ['standardwebhooks', StandardWebhook],
    ['svix', SvixWebhook],
  ])('believes what %s signs', async (_library, Webhook) => {
    const at = new Date();
    const signature = new Webhook(secret).sign('x', at, body);
    const headers = { 'webhook-id': 'x', 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)) };
    const { status } = await axios.post(url, body, {
      headers: { ...headers, 'webhook-signature': signature, 'content-type': 'application/cloudevents+json' },
      proxy: false,
    });
    expect(status).toBe(204);
  });

  it('believes nobody else', async () => {
    const at = new Date();
    const other = new StandardWebhook(`whsec_${Buffer.alloc(24, 'o').toString('base64')}`);
    expect(await post(other.sign('x', at, body), at)).toBe(401);
    expect(await post(`v1,${Buffer.alloc(32).toString('base64')}`, at)).toBe(401);
  });

  it('consents to the handshake', async () => {
    const { headers } = await axios.options(url, {
      headers: { 'webhook-request-origin': 'relay.contoso.com' },
      proxy: false,
    });
    expect(headers).toMatchObject({ 'webhook-allowed-origin': 'relay.contoso.com', 'webhook-allowed-rate': '*' });
  });

  it.each(['', 'whsec_', 'whsec_!!!!', 'whsec_AAAA'])('does not start with the secret %j', async (wrong) => {
    const failing = start(name, wrong);
    await failing.line(/WEBHOOK_SECRET must be the whole secret/);
    expect(await failing.stop()).not.toBe(0);
  });
});

describe('the relay and the receiver of docs/webhooks.md', () => {
  let relay: TestRelay;
  let running: ConsumerProcess;
  let url: string;
  beforeAll(async () => {
    running = start('receiver.mjs', secret);
    [relay] = await Promise.all([startWebhookRelay(), running.line(/listening/)]);
    url = `http://127.0.0.1:${/port: (\d+)/.exec(running.lines.join('\n'))?.[1] ?? ''}/hooks`;
  });
  afterAll(async () => {
    await running.stop();
    await relay.close();
  });

  it('agree: it consents, and prints a call from its beginning to its end', async () => {
    await subscribe(relay, { url, secret, handshake: 'require' });
    relay.ucwa.ring({ subject: 'Invoice 1234', scenario: 'declined', afterSeconds: 0.05 });
    await running.line(/completed/);
    const calls = running.lines.filter((line) => line.startsWith('ucwa.'));
    expect([calls[0], calls.at(-1)]).toEqual([
      'ucwa.audioVideoInvitation.started Alice connecting',
      'ucwa.audioVideoInvitation.completed Alice declined',
    ]);
  });
});
