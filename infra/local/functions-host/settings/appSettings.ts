import { z } from 'zod';
import { readJsonFile } from './readJsonFile';

/** App settings by name; in Azure and here they are the environment of the app's process. */
export type AppSettings = Readonly<Record<string, string | undefined>>;

const localSettings = z.object({
  IsEncrypted: z.literal(false).optional(),
  Values: z.record(z.string(), z.coerce.string()).default({}),
});

/**
 * Puts `Values` of local.settings.json and then `settings` into `environment`. As with Core Tools, a variable that is
 * set already wins over the file; `settings` win over both.
 *
 * @throws Error when local.settings.json is there and not valid (an encrypted one needs Core Tools to be read).
 */
export function applyAppSettings(
  environment: NodeJS.ProcessEnv,
  appDirectory: string,
  settings: Readonly<Record<string, string>>,
): void {
  const { Values: fromFile } = readJsonFile(appDirectory, 'local.settings.json', localSettings);
  for (const [name, value] of Object.entries(fromFile)) environment[name] ??= value;
  Object.assign(environment, settings);
}

/**
 * `text` with every `%NAME%` replaced by the setting of that name, as bindings are resolved in Azure.
 *
 * @throws Error that names the setting which is missing or empty.
 */
export function resolveSettings(text: string, settings: AppSettings): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name];
    if (value === undefined || value === '')
      throw new Error(`%${name}% does not resolve: the app setting ${name} is not set.`);
    return value;
  });
}
