import { readCommandLine } from '../../local/start/commandLine';
import { readGivenSettings } from '../../local/start/givenSettings';
import { stackAccount } from '../../local/start/hostEnvironment';
import { localKeys } from '../../local/start/localKeys';
import { createSimulator } from '../../local/start/simulator';
import { createRelayApi } from '../../local/start/keys/relayApi';
import { readRunningStack, type StackFacts } from '../../local/start/stackFile';
import { createTerminal, endWithReader } from '../../local/start/print/terminal';
import { answerCommands } from './answerCommands';
import { invitationIdOf } from './invitationIdOf';

const HELP = `Rings one call on the stack that npm start runs, and prints what can be done with it.

  npm run ring -- [options]

  --from URI        who calls: a sip: or tel: URI; default sip:alice@contoso.com; with the scenario outgoing: who is called
  --name NAME       their name as it is shown
  --subject TEXT    what it is about
  --modality M      audio (default), video or phoneAudio; may be given twice: --modality audio --modality video
  --meeting         a call into a conference, which can only be declined
  --account URI     whose phone rings; default ${stackAccount}
  --outgoing        starts a call through the relay (POST /invitations): the account's phone rings first, then --to
  --to URI          whom it calls: a sip: or tel: URI or a number; default +14255550100
  --scenario S      what happens by itself: answered, declined, missed, cancelled, answeredElsewhere, forwarded, outgoing;
                    without one it rings until you act, for 30 s
  --id              prints the invitation's id and nothing else
  --help            this text`;

async function main(): Promise<void> {
  const options = readCommandLine(HELP, {
    from: { type: 'string', default: 'sip:alice@contoso.com' },
    name: { type: 'string' },
    subject: { type: 'string' },
    modality: { type: 'string', multiple: true, default: ['audio'] },
    meeting: { type: 'boolean', default: false },
    account: { type: 'string', default: stackAccount },
    scenario: { type: 'string' },
    outgoing: { type: 'boolean', default: false },
    to: { type: 'string', default: '+14255550100' },
    id: { type: 'boolean', default: false },
  });
  endWithReader(process.stdout);
  const folder = process.cwd();
  const stack = await readRunningStack(folder);
  if (stack === undefined)
    throw new Error('No stack runs in this folder. Start it first, in another terminal: npm start');

  const account = /^sip:/i.test(options.account) ? options.account : `sip:${options.account}`;
  const { subject, scenario, modality, meeting } = options;
  const about = subject === undefined ? {} : { subject };
  const id = options.outgoing
    ? await createRelayApi(stack).startCall({ account, to: options.to, ...about })
    : await ring(stack, folder, { ...options, account });
  const outgoing = options.outgoing || scenario === 'outgoing';

  const terminal = createTerminal(process.stdout, process.env);
  if (options.id) {
    terminal.line(id);
    return;
  }
  terminal.line(`${outgoing ? 'Calling' : 'Ringing'}. Invitation ${terminal.bold(id)}`);
  const phoneOnly = options.outgoing || modality.includes('phoneAudio');
  for (const { title, command } of answerCommands({ id, outgoing, phoneOnly, meeting }, stack))
    terminal.line(`\n${terminal.accent(title)}\n  ${command}`);
}

interface Ring {
  readonly account: string;
  readonly from: string;
  readonly modality: readonly string[];
  readonly meeting: boolean;
  readonly name?: string | undefined;
  readonly subject?: string | undefined;
  readonly scenario?: string | undefined;
}

/** Rings the account at the simulator; the invitation's id. */
async function ring(
  { ucwaUrl }: Pick<StackFacts, 'ucwaUrl'>,
  folder: string,
  { account, from, modality, meeting, name, subject, scenario }: Ring,
): Promise<string> {
  if (ucwaUrl === undefined)
    throw new Error(
      'This stack has no simulator: its settings name a real pool. Call the account with a client of your own.',
    );
  const href = await createSimulator(ucwaUrl).call({
    from,
    account,
    modalities: modality,
    ...(meeting && { onlineMeeting: true }),
    ...(name !== undefined && { name }),
    ...(subject !== undefined && { subject }),
    ...(scenario !== undefined && { scenario }),
  });
  const given = await readGivenSettings(folder, process.env);
  return invitationIdOf(href, account, given['RELAY_SIGNING_KEY'] ?? (await localKeys(folder)).signingKey);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
