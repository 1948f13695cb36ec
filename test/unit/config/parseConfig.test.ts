import { parseConfig } from '../../../shared/config/parseConfig';

const account = { sipUri: 'sip:reception@contoso.com', username: 'reception@contoso.com', password: 'pa55-Secret' };
const valid = {
  UCWA_ACCOUNTS: JSON.stringify([account]),
  ServiceBusConnection: 'Endpoint=sb://localhost;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true',
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  RELAY_SIGNING_KEY: 'k'.repeat(32),
};

function problemsOf(environment: Record<string, string | undefined>): readonly string[] {
  const result = parseConfig(environment);
  return result.ok ? [] : result.problems;
}

describe('parseConfig', () => {
  it('fills in the documented defaults', () => {
    const result = parseConfig(valid);
    expect(result).toMatchObject({
      ok: true,
      settings: {
        accounts: [{ ...account, modalities: ['Audio', 'Video', 'PhoneAudio'], reportActivity: true, ringSeconds: 30 }],
        allowedHosts: [],
        pollRunSeconds: 600,
        pollShardCount: 1,
        pollFallback: true,
        kinds: ['audioVideo', 'phoneAudio', 'onlineMeeting'],
        includeSdp: false,
        contactDetails: false,
        retentionDays: 30,
        entra: undefined,
      },
    });
  });

  it('gives an account without a discovery URL of its own the common one', () => {
    const result = parseConfig({
      ...valid,
      UCWA_DISCOVERY_URL: 'https://pool.contoso.com/',
      UCWA_ACCOUNTS: JSON.stringify([
        account,
        { ...account, sipUri: 'sip:b@contoso.com', discoveryUrl: 'https://other.contoso.com/' },
      ]),
    });
    expect(result.ok && result.settings.accounts.map((one) => one.discoveryUrl)).toEqual([
      'https://pool.contoso.com/',
      'https://other.contoso.com/',
    ]);
  });

  it('prefers a connection string and else takes the identity', () => {
    const result = parseConfig({
      ...valid,
      ServiceBusConnection: undefined,
      ServiceBusConnection__fullyQualifiedNamespace: 'bus.servicebus.windows.net',
      ServiceBusConnection__clientId: 'c1',
    });
    expect(result.ok && result.settings.serviceBus).toEqual({ name: 'bus.servicebus.windows.net', clientId: 'c1' });
  });

  it('names every missing setting at once', () => {
    expect(problemsOf({})).toEqual([
      'RELAY_SIGNING_KEY: is required: at least 32 random characters that sign invitation ids',
      'ServiceBusConnection: is required (a connection string), or ServiceBusConnection__fullyQualifiedNamespace for an identity',
      'AzureWebJobsStorage: is required (a connection string), or AzureWebJobsStorage__accountName for an identity',
    ]);
  });

  test.each([
    [
      { UCWA_ACCOUNTS: 'reception' },
      'UCWA_ACCOUNTS: must be a JSON array of accounts, like [{"sipUri":"sip:user@domain","username":"…","password":"…"}]',
    ],
    [
      { UCWA_ACCOUNTS: JSON.stringify([{ ...account, sipUri: 'reception' }]) },
      'UCWA_ACCOUNTS[0].sipUri: must look like sip:user@domain',
    ],
    [
      { UCWA_ACCOUNTS: JSON.stringify([{ ...account, password: undefined }]) },
      'UCWA_ACCOUNTS[0].password: is required',
    ],
    [
      { UCWA_ACCOUNTS: JSON.stringify([{ ...account, ringSeconds: 20.5 }]) },
      'UCWA_ACCOUNTS[0].ringSeconds: must be a number of seconds',
    ],
    [
      { UCWA_ACCOUNTS: JSON.stringify([account, account]) },
      'UCWA_ACCOUNTS[1].sipUri: is the same account as an earlier one',
    ],
    [
      { UCWA_ACCOUNTS: JSON.stringify([{ ...account, pasword: 'x' }]) },
      'UCWA_ACCOUNTS[0]: has no field called pasword',
    ],
    [
      { UCWA_ACCOUNTS: JSON.stringify([{ ...account, phoneNumber: 'extension 12' }]) },
      'UCWA_ACCOUNTS[0].phoneNumber: must be a telephone number of digits, like +14255550100',
    ],
    [
      { UCWA_ACCOUNTS: JSON.stringify([{ ...account, audioPreference: 'Mobile' }]) },
      'UCWA_ACCOUNTS[0].audioPreference: must be one of PhoneAudio, VoipAudio',
    ],
    [{ UCWA_DISCOVERY_URL: 'ftp://x' }, 'UCWA_DISCOVERY_URL: must be an http(s) URL'],
    [
      { UCWA_ALLOWED_HOSTS: 'pool.fabrikam.com:4443' },
      'UCWA_ALLOWED_HOSTS[0]: must be host names separated by commas, without https:// and port',
    ],
    [
      { UCWA_CA_CERTIFICATE: 'MIIB' },
      'UCWA_CA_CERTIFICATE: must be a certificate in PEM form (-----BEGIN CERTIFICATE-----)',
    ],
    [
      { POLL_SCHEDULE: 'every minute' },
      'POLL_SCHEDULE: must be an NCRONTAB expression of six fields, like 0 * * * * * (every minute)',
    ],
    [{ POLL_RUN_SECONDS: 'soon' }, 'POLL_RUN_SECONDS: must be a whole number from 10 to 1500'],
    [{ POLL_SHARD_COUNT: '65' }, 'POLL_SHARD_COUNT: must be a whole number from 1 to 64'],
    [{ POLL_FALLBACK: 'yes' }, 'POLL_FALLBACK: must be true or false'],
    [{ RELAY_KINDS: 'fax' }, 'RELAY_KINDS[0]: must be among audioVideo, phoneAudio, onlineMeeting'],
    [{ RELAY_SIGNING_KEY: 'short' }, 'RELAY_SIGNING_KEY: must have at least 32 characters'],
    [
      { WEBHOOK_ALLOWED_CIDRS: '10.0.0.0' },
      'WEBHOOK_ALLOWED_CIDRS[0]: must be CIDR ranges separated by commas, like 10.1.0.0/16',
    ],
    [
      { ENTRA_TENANT_ID: '7a3d7d0e-6d0f-4c59-9d3c-0b1f0a1c2d3e' },
      'ENTRA_AUDIENCE: is required when the other ENTRA_ setting is there',
    ],
  ])('says what is wrong with %j', (change, problem) => {
    expect(problemsOf({ ...valid, ...change })).toEqual([problem]);
  });

  test.each(['UCWA_ACCOUNTS', 'RELAY_SIGNING_KEY'])(
    'refuses a reference to the vault in %s that Azure left as it is',
    (name) => {
      const reference = '@Microsoft.KeyVault(SecretUri=https://kv-relay.vault.azure.net/secrets/a-secret)';
      expect(problemsOf({ ...valid, [name]: reference })).toEqual([
        expect.stringMatching(
          new RegExp(`^${name}: is a Key Vault reference that Azure has not resolved\\. .*Key Vault Secrets User`),
        ),
      ]);
    },
  );

  it('reads the audiences of tokens as a list', () => {
    const tenantId = '7a3d7d0e-6d0f-4c59-9d3c-0b1f0a1c2d3e';
    const result = parseConfig({ ...valid, ENTRA_TENANT_ID: tenantId, ENTRA_AUDIENCE: 'api://relay, c0ffee00' });
    expect(result.ok && result.settings.entra).toEqual({ tenantId, audiences: ['api://relay', 'c0ffee00'] });
  });

  it('never repeats a value', () => {
    const problems = problemsOf({
      UCWA_ACCOUNTS: JSON.stringify([{ ...account, username: 7 }]),
      ServiceBusConnection: 'pa55-Secret',
      RELAY_SIGNING_KEY: 'pa55',
    });
    expect(problems.join()).not.toContain('pa55');
  });
});
