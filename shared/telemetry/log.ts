/** Plain values only: a log line is one JSON object, and nothing in it may be a secret, a token, an SDP or a `sig`. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Structured log. `event` is a stable camelCase name that an operator can search for; `fields` carry the facts.
 * One line per invitation event at info; what a person must act on is a warning or an error.
 */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** Says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Writes one JSON object a line through `write`; each carries its `level`.
 * @param traceId the trace that a line is part of, if it is of any.
 */
export function createLog(
  write: (level: keyof Log, line: string) => void,
  traceId: () => string | undefined = () => undefined,
): Log {
  const at =
    (level: keyof Log) =>
    (event: string, fields?: LogFields): void =>
      write(level, JSON.stringify({ event, level, ...fields, traceId: traceId() }));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
