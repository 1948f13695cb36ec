import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseConfig } from '../../shared/config/parseConfig';
import { startTestRelay, type TestRelay } from '../support/relay';

const project = join(__dirname, '../..');
const readme = readFileSync(join(project, 'README.md'), 'utf8');

function block(name: string): string {
  const found = new RegExp(`<!-- ${name}:begin -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\`\\n<!-- ${name}:end -->`).exec(
    readme,
  )?.[1];
  if (found === undefined) throw new Error(`The README has no block "${name}".`);
  return found;
}

describe('the README', () => {
  it('names every setting and no other', () => {
    const named = [...readme.matchAll(/^\| ((?:`[A-Za-z_]+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`([A-Za-z_]+)`/g)].map(([, name]) => name),
    );
    const wrong = parseConfig(Object.fromEntries(named.map((name) => [String(name), '\u0000'])));
    const known = new Set(wrong.ok ? [] : wrong.problems.map((problem) => /^\w+/.exec(problem)?.[0]));
    // These take any text; all others object to a value that makes no sense.
    const free = new Set(['RELAY_ENCRYPTION_KEY', 'ENTRA_AUDIENCE', 'POLL_SCHEDULE']);
    expect(named.filter((name) => !known.has(name) && !free.has(String(name)))).toEqual([]);
    expect(named).toHaveLength(21);
  });

  describe('its consumer', () => {
    let relay: TestRelay;
    let folder: string;
    beforeAll(async () => {
      relay = await startTestRelay();
      folder = mkdtempSync(join(tmpdir(), 'readme-'));
    });
    afterAll(async () => {
      await relay.close();
      rmSync(folder, { recursive: true });
    });

    it('is fifteen lines at most, and prints what the README says', async () => {
      const source = block('consumer');
      expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
      const stack = join(folder, 'stack.json');
      writeFileSync(stack, JSON.stringify({ serviceBusConnection: relay.bus.connectionString }));
      const consumer = spawn(process.execPath, ['--input-type=module', '-', stack], {
        cwd: project,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const ended = new Promise((resolve) => consumer.once('exit', resolve));
      try {
        consumer.stdin.end(source);
        const lines: string[] = [];
        const completed = new Promise<void>((resolve) =>
          createInterface({ input: consumer.stdout }).on('line', (line) => {
            lines.push(line);
            if (line.includes('completed')) resolve();
          }),
        );
        relay.ucwa.ring({ subject: 'Invoice 1234', scenario: 'declined', afterSeconds: 0 });
        await completed;
        expect(`${lines.join('\n')}\n`).toBe(/```text\n(ucwa\.audioVideoInvitation[\s\S]*?)```/.exec(readme)?.[1]);
      } finally {
        consumer.kill();
        await ended;
      }
    });
  });
});
