import type { RelayError } from './relayError';

/**
 * For the log: what an error was that nobody expected, and the place in the code. Undefined for every other error. Pure.
 *
 * A SyntaxError quotes what was read, so its message is left out.
 */
export function causeOf({ code, cause }: RelayError): string | undefined {
  if (code !== 'internal' || !(cause instanceof Error)) return undefined;
  const { name, message, stack = '' } = cause;
  const [frame] = /(?<=^ +)at .+$/m.exec(stack) ?? [];
  return [name, name === 'SyntaxError' ? undefined : message, frame].filter((part) => part !== undefined).join(' ');
}
