import type { Log, LogFields } from '../../shared/telemetry/log';

/** A log that keeps what it is told. */
export interface RecordingLog extends Log {
  readonly lines: readonly { readonly level: keyof Log; readonly event: string; readonly fields: LogFields }[];
}

export function createRecordingLog(): RecordingLog {
  const lines: { level: keyof Log; event: string; fields: LogFields }[] = [];
  const at =
    (level: keyof Log) =>
    (event: string, fields: LogFields = {}): void => {
      lines.push({ level, event, fields });
    };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
