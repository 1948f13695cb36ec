import { spawn } from 'node:child_process';
import type { Terminal } from '../print/terminal';
import type { StackFacts } from '../stackFile';

/** What opens an address in the person's browser, by platform. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/**
 * Opens the console in the browser, and shows its address and the key that it asks for: there may be no browser on this
 * machine, and the key belongs into no address.
 */
export function openConsole(
  { consoleUrl, functionsKey }: Pick<StackFacts, 'consoleUrl' | 'functionsKey'>,
  terminal: Terminal,
): Promise<void> {
  terminal.line(`\n  Console  ${consoleUrl}\n  Key      ${functionsKey}\n`);
  const [command = 'xdg-open', ...options] = openers[process.platform] ?? [];
  return new Promise((resolve) => {
    const browser = spawn(command, [...options, consoleUrl], { stdio: 'ignore', detached: true });
    browser.once('error', () => resolve()); // the address is on the screen
    browser.once('spawn', () => resolve());
    browser.unref();
  });
}
