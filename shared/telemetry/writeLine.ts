import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from './log';

type Level = keyof Log;

/** An invocation's own log, whose lines keep their level on the way to Application Insights: InvocationContext. */
export type InvocationLog = Readonly<Record<Level, (line: string) => void>>;

const running = new AsyncLocalStorage<{ readonly log: InvocationLog; isOver: boolean }>();

/** A handler that does what `handler` does, and whose log lines, until it settles, go through the log of its invocation. */
export function logThrough<Arguments extends unknown[], Result>(
  log: InvocationLog,
  handler: (...args: Arguments) => Result | Promise<Result>,
): (...args: Arguments) => Promise<Result> {
  return (...args) => {
    const invocation = { log, isOver: false };
    return running.run(invocation, async () => {
      try {
        return await handler(...args);
      } finally {
        invocation.isOver = true;
      }
    });
  };
}

/**
 * Writes a line so that it reaches Application Insights with its own severity. Within an invocation that is the invocation's
 * log. Outside of one there is only the console, of which Microsoft's host takes standard output for information, and of
 * standard error what contains "warn" for a warning, else what contains "error" for an error (azure-functions-host,
 * WorkerProcess, ParseErrorMessageAndLog). So the word, which a line's `level` brings, must not be anywhere else in an error.
 *
 * @param line one JSON object.
 */
export function createWriteLine(
  console: { readonly log: (line: string) => void; readonly error: (line: string) => void },
  isDebugWanted: boolean,
): (level: Level, line: string) => void {
  return (level, line) => {
    if (level === 'debug' && !isDebugWanted) return;
    const invocation = running.getStore();
    if (invocation !== undefined && !invocation.isOver) invocation.log[level](line);
    else if (level === 'error') console.error(line.replace(/w(?=arn)/gi, escapeCharacter));
    else if (level === 'warn') console.error(line);
    else console.log(line);
  };
}

/** As JSON writes any character in a string (RFC 8259, section 7): read again it is the same. */
function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * Whether the settings that override host.json's levels ask for debug lines (Azure Functions, "Override monitoring
 * configuration at runtime").
 */
export function wantsDebug(environment: Readonly<Record<string, string | undefined>>): boolean {
  return ['default', 'Function', 'Host__Function__Console'].some((category) =>
    /^(debug|trace)$/i.test(environment[`AzureFunctionsJobHost__logging__logLevel__${category}`] ?? ''),
  );
}
