import type { z } from 'zod';
import { explainIssue } from '../errors/explainIssue';
import { accountsSchema } from './accounts';
import type { Connection, Settings } from './settings';
import { settingsSchema } from './settingsSchema';

/** Either every setting, or every problem: `SETTING: what is wrong and what would be right`, never a value. */
export type ConfigResult =
  { readonly ok: true; readonly settings: Settings } | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads every setting of the product from an environment. Pure: it reads nothing but `environment` and reports all
 * problems at once. An empty value counts as not set. Names and defaults: docs/settings.md.
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given = withoutEmpty(environment);
  const parsed = settingsSchema.safeParse(given, { error: explainIssue });
  const problems = [...settingProblems(given, settingsSchema, parsed.error), ...crossChecks(given)];
  if (!parsed.success || problems.length > 0) return { ok: false, problems };

  const value = parsed.data;
  return {
    ok: true,
    settings: {
      ...toUcwaSettings(value),
      serviceBus: toConnection(
        value.ServiceBusConnection,
        value.ServiceBusConnection__fullyQualifiedNamespace,
        value.ServiceBusConnection__clientId,
      ),
      storage: toConnection(
        value.AzureWebJobsStorage,
        value.AzureWebJobsStorage__accountName,
        value.AzureWebJobsStorage__clientId,
      ),
      pollRunSeconds: value.POLL_RUN_SECONDS,
      pollShardCount: value.POLL_SHARD_COUNT,
      pollFallback: value.POLL_FALLBACK,
      signInsPerSecond: value.SIGN_INS_PER_SECOND,
      includeSdp: value.RELAY_INCLUDE_SDP,
      contactDetails: value.RELAY_CONTACT_DETAILS,
      publicUrl: value.RELAY_PUBLIC_URL,
      signingKey: value.RELAY_SIGNING_KEY,
      encryptionKey: value.RELAY_ENCRYPTION_KEY,
      webhookAllowedCidrs: value.WEBHOOK_ALLOWED_CIDRS,
      webhookCaCertificate: value.WEBHOOK_CA_CERTIFICATE,
      entra:
        value.ENTRA_TENANT_ID === undefined || value.ENTRA_AUDIENCE === undefined
          ? undefined
          : { tenantId: value.ENTRA_TENANT_ID, audiences: value.ENTRA_AUDIENCE },
      retentionDays: value.RETENTION_DAYS,
    },
  };
}

/** Without storage there are no accounts but those of the setting. */
const ucwaSchema = settingsSchema
  .pick({ UCWA_DISCOVERY_URL: true, UCWA_ALLOWED_HOSTS: true, UCWA_CA_CERTIFICATE: true, RELAY_KINDS: true })
  .extend({
    UCWA_ACCOUNTS: accountsSchema.refine((accounts) => accounts.length > 0, 'must name at least one account'),
  });

/** What it takes to speak to the pools. */
export type UcwaSettings = Pick<Settings, 'accounts' | 'discoveryUrl' | 'allowedHosts' | 'caCertificate' | 'kinds'>;

/** As parseConfig, of these settings alone: for what needs neither bus nor storage. */
export function parseUcwaConfig(
  environment: Readonly<Record<string, string | undefined>>,
): { readonly ok: true; readonly settings: UcwaSettings } | Extract<ConfigResult, { ok: false }> {
  const given = withoutEmpty(environment);
  const parsed = ucwaSchema.safeParse(given, { error: explainIssue });
  const problems = settingProblems(given, ucwaSchema, parsed.error);
  return parsed.success && problems.length === 0
    ? { ok: true, settings: toUcwaSettings(parsed.data) }
    : { ok: false, problems };
}

function toUcwaSettings(value: Pick<z.infer<typeof settingsSchema>, keyof z.infer<typeof ucwaSchema>>): UcwaSettings {
  return {
    discoveryUrl: value.UCWA_DISCOVERY_URL,
    accounts: (value.UCWA_ACCOUNTS ?? []).map((account) => ({
      ...account,
      discoveryUrl: account.discoveryUrl ?? value.UCWA_DISCOVERY_URL,
    })),
    allowedHosts: value.UCWA_ALLOWED_HOSTS,
    caCertificate: value.UCWA_CA_CERTIFICATE,
    kinds: value.RELAY_KINDS,
  };
}

function withoutEmpty(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
}

const UNRESOLVED_REFERENCE = '@Microsoft.KeyVault(';

/**
 * What is wrong with each setting by itself. The platform hands over the text of a Key Vault reference that it could not
 * resolve (App Service, "Use Key Vault references", Troubleshooting): as a value it would be a key that anyone can guess.
 */
function settingProblems(
  given: Readonly<Record<string, string | undefined>>,
  { shape }: { readonly shape: Readonly<Record<string, unknown>> },
  error: z.ZodError | undefined,
): string[] {
  const unresolved = Object.keys(shape).filter((name) => given[name]?.trimStart().startsWith(UNRESOLVED_REFERENCE));
  return [
    ...unresolved.map(
      (name) =>
        `${name}: is a Key Vault reference that Azure has not resolved. Write the secret, see that the app’s identity has the role ` +
        'Key Vault Secrets User and reaches the vault, then refresh the references (docs/operations.md, Rotate secrets)',
    ),
    ...(error?.issues ?? []).filter(({ path }) => !unresolved.includes(String(path[0]))).map(toProblem),
  ];
}

/** What no single setting shows: that one of two must be there, or both of a pair. */
function crossChecks(given: Readonly<Record<string, string | undefined>>): string[] {
  const has = (name: string): boolean => name in given;
  const problems: string[] = [];
  if (!has('ServiceBusConnection') && !has('ServiceBusConnection__fullyQualifiedNamespace')) {
    problems.push(
      'ServiceBusConnection: is required (a connection string), or ServiceBusConnection__fullyQualifiedNamespace for an identity',
    );
  }
  if (!has('AzureWebJobsStorage') && !has('AzureWebJobsStorage__accountName')) {
    problems.push(
      'AzureWebJobsStorage: is required (a connection string), or AzureWebJobsStorage__accountName for an identity',
    );
  }
  if (has('ENTRA_TENANT_ID') !== has('ENTRA_AUDIENCE')) {
    problems.push(
      `${has('ENTRA_TENANT_ID') ? 'ENTRA_AUDIENCE' : 'ENTRA_TENANT_ID'}: is required when the other ENTRA_ setting is there`,
    );
  }
  return problems;
}

function toProblem(issue: z.core.$ZodIssue): string {
  const [setting, ...path] = issue.path;
  const where = path.map((step) => (typeof step === 'number' ? `[${String(step)}]` : `.${String(step)}`)).join('');
  if (issue.code === 'unrecognized_keys')
    return `${String(setting)}${where}: has no field called ${issue.keys.join(', ')}`;
  return `${String(setting)}${where}: ${issue.message}`;
}

function toConnection(
  connectionString: string | undefined,
  name: string | undefined,
  clientId: string | undefined,
): Connection {
  return connectionString === undefined ? { name: name ?? '', clientId } : { connectionString };
}
