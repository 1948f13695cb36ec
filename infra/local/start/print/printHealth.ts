import type { ShownHealth } from '../keys/relayApi';
import type { Terminal } from './terminal';

const colours = { pass: 'good', warn: 'accent', fail: 'bad' } as const;

/** The relay's health as a table: the worst of all, then each check with what it says. */
export function printHealth(terminal: Terminal, { status, checks }: ShownHealth): void {
  const width = Math.max(0, ...Object.keys(checks).map((name) => name.length));
  const rows = Object.entries(checks).flatMap(([name, found]) =>
    found.map(
      ({ status: one, output = '' }) =>
        `${terminal[colours[one]](one)}  ${`${name.padEnd(width)}  ${output}`.trimEnd()}`,
    ),
  );
  terminal.line(`${terminal[colours[status]](status)}  the relay`);
  // An entity that is sent to and received from has a check for each, which say the same as long as all is well.
  for (const row of new Set(rows)) terminal.line(row);
}
