import type { CommandSettlement } from './command';

/** A command as it is on record. */
export type RecordedCommand = CommandSettlement & {
  readonly id: string;
  readonly account?: string;
  readonly atMs: number;
};

export interface CommandListQuery {
  /** Who gave it: the whole name, as commands carry it. */
  readonly caller?: string;
  /** Bounds of its time (milliseconds since the epoch): from the one on, and before the other. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly limit: number;
  readonly cursor?: string;
}

/** Every command that was given, refused or not. */
export interface CommandList {
  /**
   * The newest first. While there is a cursor, a page may hold less than its limit, or nothing. Errors: `requestInvalid` for a
   * made-up cursor, `storageUnavailable`.
   */
  list(query: CommandListQuery): Promise<{ readonly commands: readonly RecordedCommand[]; readonly cursor?: string }>;
}
