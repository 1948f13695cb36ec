import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios, { type AxiosResponse } from 'axios';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { startProgram, type ConsumerProcess } from '../support/consumerProcess';
import type { TestRelay } from '../support/relay';
import { startWebhookRelay, subscribe } from '../support/webhookRelay';

const project = join(__dirname, '../..');
const secret = `whsec_${Buffer.alloc(24, 's').toString('base64')}`;

const guide = readFileSync(join(project, 'docs/webhooks.md'), 'utf8');
/** Each block of code with the file name above it. */
const blocks = new Map(
  [
    ...guide.matchAll(
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

/** Each curl command, and the line that it prints. */
const commands = [
  ...guide.matchAll(/^\$ curl -X (\w+) "\$FUNCTIONS_URL\/api([^"]+)" (.*?)-d '([^']+)'\n(\{[^\n]*)?/gms),
].map(([, method = '', path = '', options = '', body = '', printed = '']) => {
  const given = [...options.matchAll(/-H ["']([\w-]+): ([^"']+)["']/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  // What curl sends for -d unless it is told otherwise.
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...Object.fromEntries(given) };
  return { method, path, headers, body, printed };
});

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

test('the receiver receiver.mjs does nothing twice', async () => {
  const running = start('receiver.mjs', secret);
  await running.line(/listening/);
  const url = `http://127.0.0.1:${/port: (\d+)/.exec(running.lines.join('\n'))?.[1] ?? ''}/hooks`;
  const at = new Date();
  for (const id of ['first', 'first', 'second']) {
    const body = JSON.stringify({ type: id, data: { state: 'connecting' } });
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new StandardWebhook(secret).sign(id, at, body),
    };
    await axios.post(url, body, { headers, proxy: false });
  }
  await running.line(/^second/);
  expect(running.lines.filter((line) => line.startsWith('first'))).toHaveLength(1);
  await running.stop();
});

test('express.json() leaves nothing to verify', async () => {
  const program = `
    import express from 'express';
    const app = express().use(express.json());
    app.post('/', ({ body }, response) => response.json({ isBytes: Buffer.isBuffer(body), fields: Object.keys(body ?? {}) }));
    const server = app.listen(0, '127.0.0.1', () => console.log('listening', server.address()));`;
  writeFileSync(join(folder, 'express-json.mjs'), program);
  const running = start('express-json.mjs', secret);
  await running.line(/listening/);
  const url = `http://127.0.0.1:${/port: (\d+)/.exec(running.lines.join('\n'))?.[1] ?? ''}/`;
  const post = async (type: string): Promise<unknown> =>
    (await axios.post(url, '{"type":"x"}', { headers: { 'content-type': type }, proxy: false })).data as unknown;
  expect(await post('application/json')).toEqual({ isBytes: false, fields: ['type'] });
  expect(await post('application/cloudevents+json')).toEqual({ isBytes: false, fields: [] });
  await running.stop();
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

  it('know the commands of the document', async () => {
    const [creation, recovery] = commands;
    const { functionsKey } = await relay.host().ready;
    const send = (command: (typeof commands)[number] | undefined, id = ''): Promise<AxiosResponse<object>> => {
      const { method = '', path = '', headers = {}, body = '' } = command ?? {};
      expect(headers).toMatchObject({ 'x-functions-key': '$FUNCTIONS_KEY' });
      const sent = { ...headers, 'x-functions-key': functionsKey };
      return relay.http().request<object>({ method, url: path.replace('$ID', id), data: body, headers: sent });
    };
    const request = { ...(JSON.parse(creation?.body ?? '') as object), url, handshake: 'skip' };
    const created = await send(creation && { ...creation, body: JSON.stringify(request) });
    expect(created).toMatchObject({ status: 201, data: { subscription: { description: 'Front desk' } } });
    const { id } = (created.data as { readonly subscription: { readonly id: string } }).subscription;
    const recovered = await send(recovery, id);
    expect(recovered.status).toBe(200);
    expect(Object.keys(recovered.data)).toEqual(Object.keys(JSON.parse(recovery?.printed ?? '') as object));
    await relay.http().delete(`/webhook-subscriptions/${id}`);
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
