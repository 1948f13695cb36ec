import type { HostLog } from '../hostLog';
import type { AppSettings } from '../settings/appSettings';
import type { IndexedFunction } from './trigger';

/**
 * All but those whose setting `AzureWebJobs.<name>.Disabled` is true ("How to disable functions in Azure Functions");
 * each of those is told.
 */
export function enabledFunctions(
  functions: readonly IndexedFunction[],
  settings: AppSettings,
  log: HostLog,
): IndexedFunction[] {
  return functions.filter(({ metadata: { name } }) => {
    const disabled = /^(true|1)$/i.test(settings[`AzureWebJobs.${name}.Disabled`] ?? '');
    if (disabled) log({ level: 'warning', functionName: name, message: 'The function is disabled.' });
    return !disabled;
  });
}
