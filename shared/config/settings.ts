import type { Kind } from '../invitations/kinds';

/** One Skype for Business account that the relay signs in as: an element of `UCWA_ACCOUNTS` or a row of table `accounts`. */
export interface AccountSettings {
  /** `sip:user@domain`, as configured. */
  readonly sipUri: string;
  /** UPN, `DOMAIN\user` or SIP address. */
  readonly username: string;
  readonly password: string;
  /**
   * When the password was set over the API, in milliseconds since the epoch; undefined for an account of the setting. One that was
   * set again is tried again, although the same was rejected before.
   */
  readonly passwordSetAtMs?: number | undefined;
  /** Root URL of discovery; else `UCWA_DISCOVERY_URL`, else from the SIP domain. */
  readonly discoveryUrl: string | undefined;
  /** What makeMeAvailable registers. */
  readonly modalities: readonly string[];
  /** Presence to sign in with (`Online`, `Away`, …); undefined leaves it to the server. */
  readonly signInAs: string | undefined;
  /** Whether reportMyActivity is sent (it makes the user look active). */
  readonly reportActivity: boolean;
  /** The telephone on which the user wishes to be reached: makes acceptWithPhoneAudio possible. */
  readonly phoneNumber?: string | undefined;
  /** Whether calls ring as PhoneAudio or VoipAudio; undefined leaves it to the server. */
  readonly audioPreference?: string | undefined;
  /** How long a call rings at this account before nobody can take it any more: 30 unless set. */
  readonly ringSeconds: number;
}

export interface SharedKeyConnection {
  readonly connectionString: string;
}
export interface IdentityConnection {
  /** Host name of the Service Bus namespace, or the storage account's name. */
  readonly name: string;
  /** Client id of a user-assigned identity, where one is named. */
  readonly clientId: string | undefined;
}
/** A connection string or an identity, by which setting is there. */
export type Connection = SharedKeyConnection | IdentityConnection;

/** All settings, parsed and with their defaults. Names and defaults: docs/settings.md. */
export interface Settings {
  /** Those of `UCWA_ACCOUNTS`; the table of accounts may hold others, and the same. */
  readonly accounts: readonly AccountSettings[];
  /** `UCWA_DISCOVERY_URL`, for accounts that name none. */
  readonly discoveryUrl: string | undefined;
  /** How many accounts sign in each second, at most, in each process. */
  readonly signInsPerSecond: number;
  /** Host names (lower case) to which a password or ticket may go beside each account's SIP domain and its subdomains. */
  readonly allowedHosts: readonly string[];
  /** PEM of a private certification authority, added to the public ones. */
  readonly caCertificate: string | undefined;
  readonly serviceBus: Connection;
  readonly storage: Connection;
  readonly pollRunSeconds: number;
  readonly pollShardCount: number;
  readonly pollFallback: boolean;
  readonly kinds: readonly Kind[];
  readonly includeSdp: boolean;
  readonly contactDetails: boolean;
  readonly publicUrl: string | undefined;
  readonly signingKey: string;
  /** `RELAY_ENCRYPTION_KEY`: one or more keys, see secretCipher. */
  readonly encryptionKey: string | undefined;
  readonly webhookAllowedCidrs: readonly string[];
  /** PEM of a private certification authority that subscribers' certificates may have, beside the public ones. */
  readonly webhookCaCertificate: string | undefined;
  /** `audiences`: what `aud` of a bearer token may be. */
  readonly entra: { readonly tenantId: string; readonly audiences: readonly string[] } | undefined;
  readonly retentionDays: number;
}
