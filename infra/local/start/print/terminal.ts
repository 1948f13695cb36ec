/** Colours by their use; without colour each leaves its text alone. */
export interface Terminal {
  /** Writes one line. */
  line(text?: string): void;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  accent(text: string): string;
}

/** Colour only on a terminal, and never where `NO_COLOR` is set (https://no-color.org). */
export function createTerminal(
  output: NodeJS.WriteStream,
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  const coloured = output.isTTY && (environment['NO_COLOR'] ?? '') === '';
  const style =
    (open: number, close: number) =>
    (text: string): string =>
      coloured ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  return {
    line: (text = '') => void output.write(`${text}\n`),
    bold: style(1, 22),
    dim: style(2, 22),
    good: style(32, 39),
    bad: style(31, 39),
    accent: style(36, 39),
  };
}

/** Ends the process quietly when nobody reads its output any more, as after `| head`. */
export function endWithReader(output: NodeJS.WriteStream): void {
  output.once('error', () => process.exit());
}

/** As endWithReader, in order: as a SIGTERM does. One alone, for a second would end everything at once. */
export function stopWithReader(output: NodeJS.WriteStream): void {
  output.once('error', () => process.kill(process.pid, 'SIGTERM')).on('error', () => undefined);
}

/** Text that others chose (a caller's name, a subject), harmless to a terminal: control characters become dots. */
export function harmless(text: string): string {
  return text.replace(/\p{Cc}/gu, '·');
}

/** `14:02:11.304`, in this machine's time zone. */
export function timeOfDay(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
