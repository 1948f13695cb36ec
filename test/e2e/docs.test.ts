import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askUntil } from '../support/askUntil';
import { reasonNotToRun } from '../support/docs/notRun';
import { firstMissing, outputPattern } from '../support/docs/outputPattern';
import { openShell, type RunningCommand, type Shell } from '../support/docs/shell';
import { documents, project, shownCommands, type ShownCommand } from '../support/docs/shellBlocks';
import { anyPorts, createStackFolder, runCommand, type CommandRun, type StackFolder } from '../support/stack';

/** One stack for all documents, in a folder that is like a clone of the project. */
let folder: StackFolder;
let stack: CommandRun;
beforeAll(async () => {
  folder = await createStackFolder();
  for (const name of ['node_modules', 'dist', 'docs']) symlinkSync(join(project, name), join(folder.folder, name));
  const manifest = readFileSync(join(project, 'package.json'), 'utf8');
  writeFileSync(join(folder.folder, 'package.json'), manifest.replaceAll('npm run -s build && ', ''));
  writeFileSync(
    join(folder.folder, 'accounts.csv'),
    'sipUri,username,password\nsip:sales@contoso.com,sales@contoso.com,password\n',
  );
  writeFileSync(join(folder.folder, '.curlrc'), 'silent\n');
  stack = runCommand('start', folder.folder, ...anyPorts);
  await stack.ready;
});
afterAll(async () => {
  await stack.stop();
  await folder.remove();
});

/** What goes on until Ctrl-C. */
const GOES_ON = /^npm run (consume|listen)\b/;
/** What may be asked again, until what the call before has caused is there. */
const IS_READ = /^(curl (?!.*(-X|-d|--data) )|npm run (health|story|accounts -- list))/s;

/** Runs a command, a reading one again until its output is the one that is shown. */
const outputOf = ({ command, output }: ShownCommand): Promise<readonly string[]> =>
  askUntil(
    () => shell.run(command),
    (written) => !IS_READ.test(command) || firstMissing(output, written) === undefined,
  );

/** The README needs the demo's calls, which come first; what operations.md adds as an account cannot sign in. */
const inOrder = documents()
  .filter((file) => shownCommands(file).length > 0)
  .sort((one, other) => Number(one.includes('operations')) - Number(other.includes('operations')));

let shell: Shell;
beforeEach(async () => {
  shell = openShell(folder.folder);
  // Where a document does not say how, it is the local stack that it speaks of.
  await shell.run(`export CURL_HOME=$PWD FUNCTIONS_URL=$(node -p "require('./.local/stack.json').functionsUrl")`);
  await shell.run(`export FUNCTIONS_KEY=$(node -p "require('./.local/stack.json').functionsKey")`);
});
afterEach(() => shell.close());

test.each(inOrder)('the commands of %s', async (file) => {
  const running: [ShownCommand, RunningCommand][] = [];
  for (const shown of shownCommands(file)) {
    const { command, output } = shown;
    if (reasonNotToRun(command) !== undefined) continue;
    if (command === 'npm ci && npm start') {
      for (const line of output) if (line !== '…') await stack.line(outputPattern(line));
    } else if (GOES_ON.test(command)) {
      const started = shell.start(command);
      running.push([shown, started]);
      await started.until((lines) => firstMissing(output.slice(0, 1), lines) === undefined);
    } else {
      const written = await outputOf(shown);
      expect({ command, missing: firstMissing(output, written), written }).toEqual({ command, written });
    }
  }
  for (const [{ output }, command] of running) {
    const whileRunning = output.filter((line) => line !== 'Unsubscribed.');
    await command.until((lines) => firstMissing(whileRunning, lines) === undefined);
    await command.stop();
    expect(firstMissing(output, command.lines)).toBeUndefined();
  }
});
