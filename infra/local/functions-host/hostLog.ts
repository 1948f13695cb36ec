/**
 * `debug` is what an app says only when it is asked to, `information` progress, `warning` what this host does
 * differently from Azure's, `error` what someone must act on.
 */
export type HostLogLevel = 'debug' | 'information' | 'warning' | 'error';

/** One line of the host, or of the app through `context.log`. */
export interface HostLogEntry {
  readonly level: HostLogLevel;
  readonly message: string;
  /** The function that the line is about, where there is one. */
  readonly functionName?: string;
  /** Whether the app wrote it to its console. */
  readonly isOfApp?: boolean;
}

/** Where the host's lines go. It must not throw. */
export type HostLog = (entry: HostLogEntry) => void;

/**
 * A log that writes one line per entry: `[function] message`, errors and warnings to standard error with their level.
 * With `quiet` the host's own progress is left out; what functions log is not.
 */
export function createConsoleLog({ quiet }: { readonly quiet: boolean }): HostLog {
  return ({ level, message, functionName, isOfApp = false }) => {
    const about = functionName === undefined ? '' : `[${functionName}] `;
    if (level === 'debug') console.log(`debug: ${about}${message}`);
    else if (level !== 'information') console.error(`${level}: ${about}${message}`);
    else if (!quiet || isOfApp || functionName !== undefined) console.log(`${about}${message}`);
  };
}

/** An error as one line: its message without line breaks, or the value itself where it is no error. */
export function errorLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}
