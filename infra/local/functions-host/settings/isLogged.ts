import { LOG_LEVELS, type LogLevel } from './hostJson';

const OVERRIDE = /^AzureFunctionsJobHost__logging__logLevel__(.+)$/i;

/**
 * The rule by which lines are logged: the level of the longest category in host.json's `logging.logLevel` that the line's
 * category begins with, else that of `default`, else information. An app setting
 * `AzureFunctionsJobHost__logging__logLevel__<category>` (`__` for a point) overrides host.json ("How to configure monitoring").
 */
export function createIsLogged(
  logLevels: Readonly<Record<string, LogLevel>>,
  settings: Readonly<Record<string, string | undefined>>,
): (category: string, level: LogLevel) => boolean {
  const wanted = new Map<string, LogLevel>(
    Object.entries(logLevels).map(([name, level]) => [name.toLowerCase(), level]),
  );
  for (const [setting, value = ''] of Object.entries(settings)) {
    const category = OVERRIDE.exec(setting)?.[1]?.replaceAll('__', '.').toLowerCase();
    const level = LOG_LEVELS.find((name) => name === value.toLowerCase());
    if (category !== undefined && level !== undefined) wanted.set(category, level);
  }
  const byLength = [...wanted].sort(([a], [b]) => b.length - a.length);
  return (category, level) => {
    const name = category.toLowerCase();
    const [, least] = byLength.find(([prefix]) => name === prefix || name.startsWith(`${prefix}.`)) ?? [];
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least ?? wanted.get('default') ?? 'information');
  };
}
