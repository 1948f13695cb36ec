import type { HostLog, HostLogLevel } from '../hostLog';
import type { LogLevel } from '../settings/hostJson';
import type { AppLogLine } from '../worker/protocol';

/** The lines that come from a worker, brought to the host's log. */
export interface AppLog {
  /** Takes the host's own lines, and those of the app's console if their category is logged. */
  readonly log: HostLog;
  /** Takes the lines that the app writes through the library. */
  readonly onAppLine: (line: AppLogLine) => void;
}

/** Categories as Microsoft's host names them. The library's own diagnostics are left out below a warning. */
export function createAppLog(log: HostLog, isLogged: (category: string, level: LogLevel) => boolean): AppLog {
  return {
    log: (entry) => {
      if (entry.isOfApp !== true || isLogged('Host.Function.Console', entry.level)) log(entry);
    },
    onAppLine: ({ level, message, category, functionName }) => {
      const hostLevel = toHostLevel(level);
      if (hostLevel === undefined || (category === 'system' && (hostLevel === 'debug' || hostLevel === 'information')))
        return;
      if (!isLogged(functionName === undefined ? 'Function' : `Function.${functionName}.User`, level)) return;
      log({ level: hostLevel, message, ...(functionName === undefined ? { isOfApp: true } : { functionName }) });
    },
  };
}

function toHostLevel(level: LogLevel): HostLogLevel | undefined {
  if (level === 'none') return undefined;
  if (level === 'trace') return 'debug';
  return level === 'critical' ? 'error' : level;
}
