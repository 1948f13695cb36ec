import type { AccountSettings, Settings } from '../config/settings';

/** The account to be checked, with the settings by which the relay would serve it. */
export interface CheckedAccount extends Pick<Settings, 'allowedHosts' | 'caCertificate' | 'kinds'> {
  readonly account: AccountSettings;
}
