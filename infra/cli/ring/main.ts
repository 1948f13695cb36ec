import { readCommandLine } from '../../local/start/commandLine';
import { readGivenSettings } from '../../local/start/givenSettings';
import { stackAccount } from '../../local/start/hostEnvironment';
import { localKeys } from '../../local/start/localKeys';
import { createSimulator } from '../../local/start/simulator';
import { readRunningStack } from '../../local/start/stackFile';
import { createTerminal } from '../../local/start/print/terminal';
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
    id: { type: 'boolean', default: false },
  });
  const folder = process.cwd();
  const stack = await readRunningStack(folder);
  if (stack === undefined)
    throw new Error('No stack runs in this folder. Start it first, in another terminal: npm start');
  if (stack.ucwaUrl === undefined)
    throw new Error(
      'This stack has no simulator: its settings name a real pool. Call the account with a client of your own.',
    );

  const { from, name, subject, modality, meeting, scenario } = options;
  const account = /^sip:/i.test(options.account) ? options.account : `sip:${options.account}`;
  const href = await createSimulator(stack.ucwaUrl).call({
    from,
    account,
    modalities: modality,
    ...(meeting && { onlineMeeting: true }),
    ...(name !== undefined && { name }),
    ...(subject !== undefined && { subject }),
    ...(scenario !== undefined && { scenario }),
  });
  const given = await readGivenSettings(folder, process.env);
  const signingKey = given['RELAY_SIGNING_KEY'] ?? (await localKeys(folder)).signingKey;
  const id = invitationIdOf(href, account, signingKey);

  const terminal = createTerminal(process.stdout, process.env);
  if (options.id) {
    terminal.line(id);
    return;
  }
  terminal.line(`${scenario === 'outgoing' ? 'Calling' : 'Ringing'}. Invitation ${terminal.bold(id)}`);
  for (const { title, command } of answerCommands(
    { id, outgoing: scenario === 'outgoing', phoneOnly: modality.includes('phoneAudio'), meeting },
    stack,
  )) {
    terminal.line(`\n${terminal.accent(title)}\n  ${command}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
