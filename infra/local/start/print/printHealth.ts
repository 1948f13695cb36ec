import type { ShownHealth } from '../keys/relayApi';
import type { Terminal } from './terminal';

const colours = { pass: 'good', warn: 'accent', fail: 'bad' } as const;

/** The relay's health as a table: the worst of all, then each check with what it says. */
export function printHealth(terminal: Terminal, { status, checks }: ShownHealth): void {
  const rows = Object.entries(checks).flatMap(([name, found]) => found.map((check) => ({ name, ...check })));
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  terminal.line(`${terminal[colours[status]](status)}  the relay`);
  for (const { name, status: found, output = '' } of rows)
    terminal.line(`${terminal[colours[found]](found)}  ${`${name.padEnd(width)}  ${output}`.trimEnd()}`);
}
