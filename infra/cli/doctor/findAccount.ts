import { parseConfig, parseUcwaConfig } from '../../../shared/config/parseConfig';
import { ucwaSettings } from '../../local/start/hostEnvironment';
import { readGivenSettings, type GivenSettings } from '../../local/start/givenSettings';
import { readRunningStack } from '../../local/start/stackFile';
import type { CheckedAccount } from '../../../shared/doctor/checkedAccount';

/** What the settings have led to, in words for the operator. */
export type Found =
  | { readonly checkedAccount: CheckedAccount; readonly fact: string }
  | { readonly problem: string; readonly whatToDo: string }
  | { readonly misused: string };

/**
 * The account to check: from the settings as the relay reads them, or, where none are given, the account of the
 * local stack that runs in `folder`. `sipUri` names one of several; default the first. Settings that have nothing to
 * do with UCWA may be missing: that is reported, and no obstacle. Rejects where local.settings.json cannot be read.
 */
export async function findAccount(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  sipUri: string | undefined,
): Promise<Found> {
  const given = await readGivenSettings(folder, environment);
  const stack = given['UCWA_ACCOUNTS'] === undefined ? await readRunningStack(folder) : undefined;
  const simulatorUrl = given['UCWA_DISCOVERY_URL'] === undefined ? stack?.ucwaUrl : undefined;
  const parsed = parseUcwaConfig(simulatorUrl === undefined ? given : { ...given, ...ucwaSettings(simulatorUrl) });
  if (!parsed.ok) {
    const whatToDo =
      given['UCWA_ACCOUNTS'] === undefined
        ? 'Set UCWA_ACCOUNTS in the environment or in local.settings.json, or start the local stack (npm start) to try the simulator.'
        : 'Correct these settings in the environment or in local.settings.json.';
    return { problem: parsed.problems.join('; '), whatToDo };
  }
  const { accounts, ...settings } = parsed.settings;
  const account =
    sipUri === undefined ? accounts[0] : accounts.find((each) => each.sipUri.toLowerCase() === sipUri.toLowerCase());
  if (account === undefined)
    return {
      misused: `No account ${sipUri ?? ''} is among the settings; there is ${accounts.map((each) => each.sipUri).join(', ')}.`,
    };
  const source =
    simulatorUrl === undefined
      ? `${account.sipUri}, one of ${accounts.length}`
      : `${account.sipUri} on the simulator of the local stack (${simulatorUrl}), for no UCWA settings are given`;
  return {
    checkedAccount: { account, ...settings },
    fact: [source, ...(simulatorUrl === undefined ? missing(given) : [])].join('; '),
  };
}

/** The settings that the relay needs beyond these, by name. */
function missing(given: GivenSettings): string[] {
  const whole = parseConfig(given);
  return whole.ok
    ? []
    : [
        `not right yet for the relay itself: ${whole.problems.map((problem) => problem.replace(/:.*$/s, '')).join(', ')}`,
      ];
}
