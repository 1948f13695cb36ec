import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { ServiceBusClient } from '@azure/service-bus';
import axios from 'axios';
import { readProductConfig } from '../../infra/local/service-bus/config/productConfig';
import { settingNames } from '../../shared/config/settingsSchema';
import { askUntil } from '../support/askUntil';
import { startReadyHost } from '../support/functionsHost';
import { invitationIdAt } from '../support/invitationIdAt';
import { compareWithLedger } from '../support/ledgerAgreement';
import { startTestRelay, testSigningKey } from '../support/relay';
import { simulatorAccount } from '../support/ucwaSimulator';

const project = join(__dirname, '../..');

describe('without settings', () => {
  it('the app is indexed, its health names every problem, and each call says what is wrong', async () => {
    const host = await startReadyHost({
      appDirectory: project,
      settings: Object.fromEntries(settingNames.map((name) => [name, ''])),
    });
    try {
      const http = axios.create({
        baseURL: `${host.url}/api`,
        headers: { 'x-functions-key': host.functionsKey },
        proxy: false,
        validateStatus: () => true,
      });
      const health = await http.get<{ status: string; checks: { settings: { output: string }[] } }>('/health');
      expect([health.status, health.data.status]).toEqual([503, 'fail']);
      // No UCWA_ACCOUNTS: accounts may all be in the table.
      expect(health.data.checks.settings.map(({ output }) => output.replace(/:.*/, ''))).toEqual([
        'RELAY_SIGNING_KEY',
        'ServiceBusConnection',
        'AzureWebJobsStorage',
      ]);
      const command = await http.post<{ type: string; problems: string[] }>('/invitations/x/decline', {});
      expect([command.status, command.data.type, command.data.problems.length]).toEqual([
        500,
        'urn:ucwa-relay:problem:settingsInvalid',
        3,
      ]);
      expect((await http.get('/health/live')).status).toBe(200);
    } finally {
      await host.close();
    }
  });
});

describe('a wrong password', () => {
  it('is tried once, over restarts too; health names the account, and the other one is connected', async () => {
    const relay = await startTestRelay({
      accounts: [
        { ...simulatorAccount },
        { sipUri: 'sip:locked@contoso.com', username: 'locked@contoso.com', password: 'wrong' },
      ],
    });
    try {
      const rejected = () =>
        relay.ucwa.simulator.ledger.tokenRequests.filter(({ username }) => username === 'locked@contoso.com');
      await relay.host().line(/credentialsRejected/);
      await relay.host().kill('SIGKILL');
      await relay.startHost();
      await relay.host().line(/credentialsRejected/);
      expect(rejected()).toHaveLength(1);
      relay.ucwa.ring({ subject: 'unharmed' });
      await relay.topic.invitationEvent({ event: 'started', subject: 'unharmed' });
      const account = 'account:sip:locked@contoso.com';
      const health = async () =>
        (
          await relay
            .http()
            .get<{ checks?: Record<string, { status: string; observedValue: string; output: string }[]> }>('/health')
        ).data.checks?.[account]?.[0];
      expect(await askUntil(health, (reported) => reported?.observedValue === 'credentialsRejected')).toMatchObject({
        status: 'fail',
        output: expect.stringContaining('locked@contoso.com'),
      });
    } finally {
      await relay.close();
    }
  });
});

describe('a pool that is gone', () => {
  it('is 502 or 504 with Retry-After to a command', async () => {
    const relay = await startTestRelay();
    try {
      relay.ucwa.ring({ subject: 'before it went' });
      const invitationId = (await relay.topic.invitationEvent({ event: 'started', subject: 'before it went' })).subject;
      await relay.ucwa.close();
      const answer = await relay.command(invitationId, 'decline');
      expect([502, 504]).toContain(answer.status);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(JSON.stringify(answer.data)).not.toMatch(/at .*\.[jt]s|password/);
    } finally {
      await relay.close();
    }
  });
});

/** The product's entities, for a test to change. */
function productConfig() {
  const config = readProductConfig();
  const [
    {
      Queues: queues,
      Topics: [topic],
    },
  ] = config.UserConfig.Namespaces;
  return { config, queues, topic };
}

describe('a subscription that nobody reads', () => {
  it('fills the topic to its limit and never stops the relay: what expires makes room', async () => {
    const { config, topic } = productConfig();
    topic.Properties.MaxSizeInMegabytes = 0.1;
    const unread = topic.Subscriptions.filter(({ Name }) => ['consumer', 'screen'].includes(Name));
    for (const { Properties } of unread) Properties.DefaultMessageTimeToLive = 'PT1S';
    const relay = await startTestRelay({ busConfig: config });
    try {
      // Three times what the topic has room for, ten calls at a time.
      for (let wave = 1; wave <= 5; wave++) {
        const subjects = Array.from({ length: 10 }, (_, call) => `wave ${String(wave)}, call ${String(call)}`);
        for (const subject of subjects) relay.ucwa.ring({ subject, scenario: 'declined', afterSeconds: 0 });
        await Promise.all(subjects.map((subject) => relay.topic.invitationEvent({ event: 'completed', subject })));
      }
      await relay.host().line(/publishFailed.*busEntityFull/);
      const { missing, surplus } = compareWithLedger(
        relay.ucwa.invitationEvents(),
        relay.topic.events,
        (href, account) => invitationIdAt(href, account, testSigningKey),
      );
      expect({ missing, surplus }).toEqual({ missing: [], surplus: [] });
    } finally {
      await relay.close();
    }
  });
});

describe('a queue that nobody reads, full to its limit', () => {
  it('never stops the relay: what it has no room for is kept as a blob', async () => {
    const { config, queues } = productConfig();
    const queue = queues.find(({ Name }) => Name === 'unreadable-events');
    if (queue !== undefined) queue.Properties.MaxSizeInMegabytes = 0.01;
    const relay = await startTestRelay({ busConfig: config });
    const client = new ServiceBusClient(relay.bus.connectionString);
    try {
      const fill = client.createSender('unreadable-events');
      await expect(
        (async () => {
          for (;;) await fill.sendMessages({ body: 'x'.repeat(1_000) });
        })(),
      ).rejects.toMatchObject({ code: 'QuotaExceeded' });
      relay.ucwa.simulator.pushPackage({
        body: {
          sender: [
            { rel: 'communication', href: '/c', events: [{ link: { rel: 'audioVideoInvitation' }, type: 'started' }] },
          ],
        },
      });
      relay.ucwa.ring({ subject: 'all the same' });
      await relay.topic.invitationEvent({ event: 'started', subject: 'all the same' });
      const blobs: string[] = [];
      for await (const { name } of BlobServiceClient.fromConnectionString(relay.storage.connectionString)
        .getContainerClient('unreadable-events')
        .listBlobsFlat())
        blobs.push(name);
      expect(blobs).toEqual([expect.stringMatching(/^[\w-]+\.json$/)]);
    } finally {
      await client.close();
      await relay.close();
    }
  });
});
