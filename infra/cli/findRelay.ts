import { misused } from '../local/start/commandLine';
import { readGivenSettings } from '../local/start/givenSettings';
import { readRunningStack } from '../local/start/stackFile';

/** Where a relay is reached, and as whom. */
export interface RelayAddress {
  /** Of the function app, without `/api`. */
  readonly url: string;
  readonly functionKey: string;
  /** Where the relay asks for one. */
  readonly bearerToken?: string | undefined;
}

/**
 * The relay of `RELAY_URL` with `RELAY_FUNCTION_KEY` and, where given, `RELAY_TOKEN`, in the environment or
 * `local.settings.json`; else that of the stack that runs in `folder`. Ends the process with code 2 where there is neither.
 */
export async function findRelay(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RelayAddress> {
  const given = await readGivenSettings(folder, environment);
  const { RELAY_URL: url, RELAY_FUNCTION_KEY: functionKey, RELAY_TOKEN: bearerToken } = given;
  if (url !== undefined) {
    if (functionKey === undefined) misused('RELAY_FUNCTION_KEY is missing: a function or host key of the app.');
    return { url, functionKey, bearerToken };
  }
  const stack = await readRunningStack(folder);
  if (stack === undefined)
    misused('RELAY_URL is not set, and no local stack runs here. Start one, in another terminal: npm start');
  return { url: stack.functionsUrl, functionKey: stack.functionsKey };
}
