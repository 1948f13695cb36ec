import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { credentialFor } from '../../../shared/identity';
import { REFUSAL_PROPERTY } from '../../../shared/messaging/commandQueue';
import { openServiceBus } from '../../../shared/messaging/openServiceBus';
import { translateBusError } from '../../../shared/messaging/translateBusError';
import { misused, readCommandLine } from '../../local/start/commandLine';
import { harmless } from '../../local/start/print/terminal';
import { findBus } from '../findBus';
import { deadLetters, openDeadLetters, sendAgain, type DeadLetterSource } from './sendAgain';

const HELP = `Sends the dead letters of a queue or subscription again: mend first what they died of, for they die of it again.

  node dist/infra/cli/dead-letters/main.js --from ENTITY [--list]

  --from ENTITY    invitation-commands, webhook-retries, unreadable-events, invitation-events/webhooks,
                   or any other queue or topic/subscription
  --list           only shows them, and why each died
  --help           this text

The bus is that of ServiceBusConnection, or of ServiceBusConnection__fullyQualifiedNamespace with whatever identity this
machine is signed in with, in the environment or in local.settings.json; else that of the local stack which runs here.
What came from a subscription goes to its topic, so every subscription has it again, with the event's own id.
Ends with code 0, 1 when the bus refused, 2 when it was called wrongly.`;

async function main(): Promise<void> {
  const { from = misused('--from is missing: which queue, or topic/subscription?'), list = false } = readCommandLine(
    HELP,
    { from: { type: 'string' }, list: { type: 'boolean' } },
  );
  const source = parseSource(from);
  const connection = await findBus(process.cwd(), process.env);
  const client = await openServiceBus(connection, () => credentialFor(connection));
  let count = 0;
  const report = ({
    messageId,
    subject = '',
    deadLetterReason = 'no reason given',
    deadLetterErrorDescription = '',
    applicationProperties,
  }: ServiceBusReceivedMessage): void => {
    count += 1;
    const refusal = applicationProperties?.[REFUSAL_PROPERTY];
    // Service Bus itself knows only that the copy of a refused command has expired.
    const reasons =
      refusal === undefined ? [deadLetterReason, deadLetterErrorDescription] : ['refused', String(refusal)];
    console.log(harmless([String(messageId), subject, ...reasons].filter((text) => text !== '').join('  ')));
  };
  try {
    if (list) for await (const letter of deadLetters(openDeadLetters(client, source))) report(letter);
    else await sendAgain(client, source, report);
    console.log(list ? `${count} dead letters in ${from}.` : `${count} sent again to ${source.entity}.`);
  } catch (error) {
    console.error(`${translateBusError(error).message} ${count} were done before.`);
    process.exitCode = 1;
  } finally {
    await client.close();
  }
}

/** `queue`, `topic/subscription`, or as Azure writes it, `topic/Subscriptions/subscription`. */
function parseSource(text: string): DeadLetterSource {
  const [entity = '', subscription, ...rest] = text
    .split('/')
    .filter((part, index) => index !== 1 || !/^subscriptions$/i.test(part));
  return entity === '' || subscription === '' || rest.length > 0
    ? misused('--from must be a queue, or a topic/subscription.')
    : { entity, subscription };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
