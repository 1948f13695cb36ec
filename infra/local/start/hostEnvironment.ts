import type { GivenSettings } from './givenSettings';
import type { LocalKeys } from './localKeys';
import { LOCAL_CONTROL } from './standIns';

/** The account whose calls the stack shows. */
export const stackAccount = 'sip:reception@contoso.com';

/** What the stand-ins that run have to say; undefined where a setting has replaced one. */
export interface StandInFacts {
  readonly ucwaUrl: string | undefined;
  readonly serviceBusConnection: string | undefined;
  readonly storageConnection: string | undefined;
}

/** Every setting of the app on this machine. What is given is never changed, save by a stand-in that takes its place. */
export function hostEnvironment(
  given: GivenSettings,
  standIns: StandInFacts,
  keys: LocalKeys,
  publicUrl: string,
): Record<string, string> {
  return {
    POLL_SCHEDULE: '*/2 * * * * *', // the product's minute is long for one who has just restarted the host
    RELAY_SIGNING_KEY: keys.signingKey,
    RELAY_PUBLIC_URL: publicUrl,
    RELAY_ENCRYPTION_KEY: keys.encryptionKey,
    WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8',
    ...given,
    ...(standIns.ucwaUrl === undefined
      ? {}
      : { ...ucwaSettings(standIns.ucwaUrl), RELAY_LOCAL_CONTROL: LOCAL_CONTROL }),
    ...(standIns.serviceBusConnection === undefined ? {} : { ServiceBusConnection: standIns.serviceBusConnection }),
    ...(standIns.storageConnection === undefined ? {} : { AzureWebJobsStorage: standIns.storageConnection }),
  };
}

/** The settings by which the stack's account is served from the simulator at `ucwaUrl`. */
export function ucwaSettings(ucwaUrl: string): Record<string, string> {
  const username = stackAccount.slice('sip:'.length);
  return {
    UCWA_ACCOUNTS: JSON.stringify([
      {
        sipUri: stackAccount,
        username,
        password: 'password',
        modalities: ['Audio', 'Video', 'PhoneAudio'],
        phoneNumber: '+14255550199', // so that a call can be accepted on the phone
      },
    ]),
    UCWA_DISCOVERY_URL: ucwaUrl,
    UCWA_ALLOWED_HOSTS: new URL(ucwaUrl).hostname,
  };
}
