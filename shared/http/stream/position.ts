/** How far a page has seen the feed. */
export interface Position {
  /** The process that answered; its count means nothing to another. */
  readonly processName: string;
  /** How many entries that process had read. */
  readonly count: number;
  /** Until when it had read (milliseconds since the epoch, by its clock). */
  readonly readUntilMs: number;
}

/** As `id` of an event of the stream: `process.count.milliseconds`. Pure. */
export function formatPosition({ processName, count, readUntilMs }: Position): string {
  return `${processName}.${String(count)}.${String(readUntilMs)}`;
}

/** Undefined for what is no position. Pure. */
export function parsePosition(text: string | undefined): Position | undefined {
  const [, processName, count, readUntilMs] = /^(\w{1,40})\.(\d{1,15})\.(\d{1,15})$/.exec(text ?? '') ?? [];
  return processName === undefined
    ? undefined
    : { processName, count: Number(count), readUntilMs: Number(readUntilMs) };
}
