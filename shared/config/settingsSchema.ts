import { z } from 'zod';
import { kindNames } from '../invitations/kinds';
import { accountsSchema } from './accounts';
import { isSchedule } from './schedule';

const text = z.string().trim().min(1);
const list = text.transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const whole = (low: number, high: number, standard: number) => {
  const message = `must be a whole number from ${String(low)} to ${String(high)}`;
  return z
    .string()
    .regex(/^\d+$/, message)
    .transform(Number)
    .pipe(z.number().min(low, message).max(high, message))
    .default(standard);
};
const flag = (standard: boolean) =>
  z
    .enum(['true', 'false'], 'must be true or false')
    .transform((value) => value === 'true')
    .default(standard);
const url = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });
const hostName = text.regex(/^[A-Za-z0-9.-]+$/, 'must be a host name, without https://');

const certificate = text
  .transform((pem) => pem.replaceAll('\\n', '\n'))
  .refine(
    (pem) => pem.includes('-----BEGIN CERTIFICATE-----'),
    'must be a certificate in PEM form (-----BEGIN CERTIFICATE-----)',
  );

/** When a poller's next run begins, where `POLL_SCHEDULE` does not say. */
export const DEFAULT_SCHEDULE = '0 * * * * *';

/** @param unset what counts without the setting, where the schema has no default that says so. */
const described = <Schema extends z.ZodType>(schema: Schema, description: string, unset?: string): Schema =>
  schema.meta({ description, ...(unset !== undefined && { unset }) });

/** Every setting: its checks, its default and what it is, in the order of docs/settings.md, which is made from this table. */
export const settingsSchema = z.object({
  UCWA_ACCOUNTS: described(
    accountsSchema.optional(),
    'a handful of accounts, beside those of the table `accounts`: JSON array of `{sipUri, username, password, discoveryUrl?, ' +
      'modalities?, signInAs?, reportActivity?, ringSeconds?, phoneNumber?, audioPreference?}`; in Azure a Key Vault reference',
  ),
  UCWA_DISCOVERY_URL: described(
    url.optional(),
    'root URL of discovery, where `lyncdiscover.<domain>` does not serve',
    'from the SIP domain',
  ),
  UCWA_ALLOWED_HOSTS: described(
    list
      .pipe(
        z.array(
          z
            .string()
            .regex(/^[A-Za-z0-9.-]+$/, 'must be host names separated by commas, without https:// and port')
            .toLowerCase(),
        ),
      )
      .default([]),
    'further hosts to which a password or ticket may go, comma-separated',
    'SIP domain and subdomains',
  ),
  UCWA_CA_CERTIFICATE: described(
    certificate.optional(),
    'PEM of a private certification authority, added to them',
    'public CAs',
  ),
  ServiceBusConnection: described(
    text
      .refine(
        (value) => /(^|;)\s*Endpoint=sb:\/\//i.test(value),
        'must be a Service Bus connection string (Endpoint=sb://…)',
      )
      .optional(),
    'connection string of the Service Bus namespace',
    'required, or the next',
  ),
  ServiceBusConnection__fullyQualifiedNamespace: described(
    hostName.optional(),
    'host name of the namespace, where an identity takes the place of a key',
  ),
  ServiceBusConnection__clientId: described(text.optional(), 'client id of the user-assigned identity for it'),
  AzureWebJobsStorage: described(
    text
      .refine(
        (value) => /(^|;)\s*(UseDevelopmentStorage=true|AccountName=|TableEndpoint=)/i.test(value),
        'must be a storage connection string, or UseDevelopmentStorage=true',
      )
      .optional(),
    'connection string of the storage account',
    'required, or the next',
  ),
  AzureWebJobsStorage__accountName: described(
    text
      .regex(/^[a-z0-9]{3,24}$/, 'must be the storage account’s name: 3 to 24 lower-case letters and digits')
      .optional(),
    'name of the storage account, where an identity takes the place of a key',
  ),
  AzureWebJobsStorage__clientId: described(text.optional(), 'client id of the user-assigned identity for it'),
  RELAY_SIGNING_KEY: described(
    z
      .string('is required: at least 32 random characters that sign invitation ids')
      .min(32, 'must have at least 32 characters'),
    'at least 32 random characters that sign invitation ids',
    'required',
  ),
  RELAY_KINDS: described(
    list.pipe(z.array(z.enum(kindNames, `must be among ${kindNames.join(', ')}`)).nonempty()).default(kindNames),
    'kinds of invitation to relay',
  ),
  RELAY_INCLUDE_SDP: described(flag(false), 'whether events on the bus carry the caller’s SDP'),
  RELAY_CONTACT_DETAILS: described(
    flag(false),
    'whether events carry title, department, company and office of callers, as Skype for Business shows them; see ' +
      '[privacy](operations.md#privacy)',
  ),
  RELAY_PUBLIC_URL: described(
    url.transform((value) => value.replace(/\/+$/, '')).optional(),
    'where callers reach the functions, for links in cards and subscriptions',
  ),
  POLL_SCHEDULE: described(
    text.refine(isSchedule, 'must be an NCRONTAB expression of six fields, like 0 * * * * * (every minute)').optional(),
    'when a poller’s next run begins',
    `\`${DEFAULT_SCHEDULE}\``,
  ),
  POLL_RUN_SECONDS: described(whole(10, 1500, 600), 'how long a run lasts, 10 to 1500'),
  POLL_SHARD_COUNT: described(whole(1, 64, 1), 'over how many instances the accounts are spread, 1 to 64'),
  SIGN_INS_PER_SECOND: described(
    whole(1, 1000, 20),
    'how many accounts each process signs in each second after a restart; those that were connected before come first',
  ),
  POLL_FALLBACK: described(
    flag(true),
    'whether any process of the app polls, within seconds, the accounts that no timer polls',
  ),
  RELAY_ENCRYPTION_KEY: described(
    text
      .refine(
        (keys) => keys.split(',').every((key) => Buffer.from(key.trim(), 'base64').length === 32),
        'must be keys of 32 bytes in base64, separated by commas (openssl rand -base64 32)',
      )
      .optional(),
    'one or more keys of 32 bytes in base64, comma-separated, of which the first encrypts: subscribers’ secrets, URLs and headers, ' +
      'the passwords of the table `accounts`, and who is signed in to the console',
  ),
  WEBHOOK_ALLOWED_CIDRS: described(
    list
      .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()], 'must be CIDR ranges separated by commas, like 10.1.0.0/16')))
      .default([]),
    'private ranges that webhooks may reach, comma-separated',
  ),
  WEBHOOK_CA_CERTIFICATE: described(
    certificate.optional(),
    'PEM of a private certification authority of webhook receivers, added to them',
    'public CAs',
  ),
  ENTRA_TENANT_ID: described(
    z.guid('must be a tenant id (a GUID)').optional(),
    'with `ENTRA_AUDIENCE`, a bearer token (v1 or v2) of this tenant is needed beside the key, and its roles count',
  ),
  ENTRA_AUDIENCE: described(
    list
      .pipe(
        z.array(z.string()).nonempty('must be audiences separated by commas: the application ID URI, the client id'),
      )
      .optional(),
    'audiences that such a token may be for, comma-separated',
  ),
  RETENTION_DAYS: described(whole(1, 3650, 30), 'how long records of calls and commands are kept'),
});

/** Every setting that is read here; `POLL_SCHEDULE` is only checked: the platform substitutes it. */
export const settingNames: readonly string[] = Object.keys(settingsSchema.shape);
