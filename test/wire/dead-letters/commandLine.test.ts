import { ServiceBusClient, type ServiceBusReceivedMessage, type ServiceBusReceiver } from '@azure/service-bus';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import { projectFolder } from '../../../infra/local/start/projectFolder';
import { REFUSAL_PROPERTY } from '../../../shared/messaging/commandQueue';
import { parseEventMessage } from '../../../shared/invitations/events/parseEventMessage';
import { toServiceBusMessage } from '../../../shared/messaging/toServiceBusMessage';
import { sampleInvitationEvent } from '../../support/sampleEvents';
import { startTestServiceBus } from '../../support/serviceBus';
import { createStackFolder, type StackFolder } from '../../support/stack';

/** As `npm run build` leaves it. */
const SCRIPT = 'dist/infra/cli/dead-letters/main.js';

let bus: ServiceBus;
let client: ServiceBusClient;
let folder: StackFolder;
beforeEach(async () => {
  folder = await createStackFolder();
  bus = await startTestServiceBus();
  client = new ServiceBusClient(bus.connectionString);
});
afterEach(async () => {
  await client.close();
  await bus.close();
  await folder.remove();
});

async function run(
  commandArguments: readonly string[],
  given: Readonly<Record<string, string>> = { ServiceBusConnection: bus.connectionString },
) {
  const child = spawn(process.execPath, [path.join(projectFolder, SCRIPT), ...commandArguments], {
    cwd: folder.folder,
    env: { PATH: process.env['PATH'], ...given },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => (output += piece));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return { code, output };
}

async function receive(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
  if (message === undefined) throw new Error('Nothing came.');
  return message;
}

const counts = (address: string) => bus.entities()[address];

describe('what died in a subscription', () => {
  const event = sampleInvitationEvent(1);
  const die = async (): Promise<ServiceBusReceiver> => {
    await client.createSender('invitation-events').sendMessages(toServiceBusMessage(event));
    const receiver = client.createReceiver('invitation-events', 'webhooks');
    await receiver.deadLetterMessage(await receive(receiver), {
      deadLetterReason: 'MaxDeliveryCountExceeded',
      deadLetterErrorDescription: 'Ten times.\u001B[2J',
    });
    return receiver;
  };

  it('comes again as the same event, though its topic looks for duplicates, and is a dead letter no more', async () => {
    const receiver = await die();
    expect(await run(['--from', 'invitation-events/webhooks'])).toEqual({
      code: 0,
      output: expect.stringMatching(
        /^event-1 {2}.*MaxDeliveryCountExceeded {2}Ten times\.·\[2J\n1 sent again to invitation-events\.\n$/,
      ),
    });
    const again = await receive(receiver);
    expect(parseEventMessage(again.body)).toEqual(event);
    expect(again).toMatchObject({
      subject: event.type,
      sessionId: event.subject,
      contentType: 'application/cloudevents+json',
      applicationProperties: { kind: 'audioVideo' },
    });
    expect(again.applicationProperties).not.toHaveProperty('DeadLetterReason');
    await receiver.completeMessage(again);
    expect(await run(['--from', 'invitation-events/webhooks'])).toEqual({
      code: 0,
      output: '0 sent again to invitation-events.\n',
    });
  });

  it('is listed, with its reason, and left where it is', async () => {
    await die();
    for (let time = 0; time < 2; time++) {
      expect(await run(['--list', '--from', 'invitation-events/Subscriptions/webhooks'])).toMatchObject({
        code: 0,
        output: expect.stringContaining('1 dead letters'),
      });
    }
  });
});

it('a refused command, more of them than fit in one go: each to its queue, to the byte as it was', async () => {
  const sender = client.createSender('invitation-commands');
  const receiver = client.createReceiver('invitation-commands', { skipParsingBodyAsJson: true });
  const body = Buffer.from('{ "command" :"accept" }');
  await sender.sendMessages(
    Array.from({ length: 25 }, (_, index) => ({
      body,
      messageId: `command-${String(index)}`,
      applicationProperties: { [REFUSAL_PROPERTY]: 'no id', kept: 1 },
    })),
  );
  for (let index = 0; index < 25; index++)
    await receiver.deadLetterMessage(await receive(receiver), {
      deadLetterReason: 'TTLExpiredException',
      deadLetterErrorDescription: '',
    });

  expect(await run(['--from', 'invitation-commands'])).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^command-0 {2}refused {2}no id$[^]*25 sent again/m),
  });

  expect(counts('invitation-commands')).toMatchObject({ active: 25 });
  const again = await receive(receiver);
  expect([Buffer.from(again.body as Uint8Array).toString(), again.applicationProperties]).toEqual([
    body.toString(),
    { kept: 1 },
  ]);
});

it('every command that docs/operations.md shows works', async () => {
  const shown = readFileSync(path.join(projectFolder, 'docs/operations.md'), 'utf8').matchAll(
    new RegExp(`node ${SCRIPT} (.*)$`, 'gm'),
  );
  const commands = [...shown].map(([, rest]) => rest?.split(' ') ?? []);
  expect(commands.length).toBeGreaterThan(1);
  for (const command of commands) expect(await run(command)).toMatchObject({ code: 0 });
});

test.each([
  ['nothing', [], 2, '--from is missing'],
  ['three parts', ['--from', 'a/b/c'], 2, 'must be a queue'],
  ['an option that is none', ['--from', 'a', '--purge'], 2, '--purge'],
  ['a queue that is none', ['--from', 'nowhere'], 1, 'does not exist'],
])('called with %s it ends with code and reason', async (_what, commandArguments, code, words) => {
  expect(await run(commandArguments)).toEqual({ code, output: expect.stringContaining(words) });
});

test('without a bus it says which setting names one', async () => {
  expect(await run(['--from', 'webhook-retries'], {})).toEqual({
    code: 2,
    output: expect.stringContaining('ServiceBusConnection'),
  });
});
