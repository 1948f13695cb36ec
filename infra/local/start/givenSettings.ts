import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Settings by name; an empty value counts as not given. */
export type GivenSettings = Readonly<Record<string, string>>;

/** Which setting takes the place of a stand-in; undefined where the stand-in is needed. */
export interface Replaced {
  readonly ucwa: string | undefined;
  readonly serviceBus: string | undefined;
  readonly storage: string | undefined;
}

/** `local.settings.json` as Azure Functions Core Tools knows it. */
const localSettingsSchema = z.object({
  IsEncrypted: z.literal(false, 'is encrypted: run `func settings decrypt` first').default(false),
  Values: z.record(z.string(), z.string('must be a text, in quotes')).default({}),
});

/**
 * What is given in the environment, and in the `Values` of `local.settings.json` in `folder` where the environment
 * does not have it. Rejects with the file's name and what is wrong in it.
 */
export async function readGivenSettings(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GivenSettings> {
  const merged = {
    ...(await readLocalSettings(path.join(folder, 'local.settings.json'))),
    ...withoutEmpty(environment),
  };
  return withoutEmpty(merged);
}

/** Decides by the settings alone. `UseDevelopmentStorage=true` means Azurite, so it replaces nothing. */
export function replacedBy(settings: GivenSettings): Replaced {
  const first = (isIt: (name: string, value: string) => boolean): string | undefined =>
    Object.entries(settings).find(([name, value]) => isIt(name, value))?.[0];
  return {
    ucwa: first((name) => name === 'UCWA_ACCOUNTS' || name === 'UCWA_DISCOVERY_URL'),
    serviceBus: first(
      (name) => name === 'ServiceBusConnection' || name === 'ServiceBusConnection__fullyQualifiedNamespace',
    ),
    storage: first(
      (name, value) =>
        (name === 'AzureWebJobsStorage' && !/^\s*UseDevelopmentStorage=true\s*;?\s*$/i.test(value)) ||
        name === 'AzureWebJobsStorage__accountName',
    ),
  };
}

async function readLocalSettings(file: string): Promise<GivenSettings> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return {};
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new Error(`${file} is not valid JSON.`); // the parser's own message would quote a value
  }
  const parsed = localSettingsSchema.safeParse(json);
  if (parsed.success) return parsed.data.Values;
  throw new Error(
    `${file}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`.trim()).join('; ')}.`,
  );
}

function withoutEmpty(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
}
