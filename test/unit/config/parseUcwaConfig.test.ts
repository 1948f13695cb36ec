import { parseConfig, parseUcwaConfig } from '../../../shared/config/parseConfig';

const ucwa = {
  UCWA_ACCOUNTS: '[{"sipUri":"sip:a@contoso.com","username":"a","password":"p"}]',
  UCWA_DISCOVERY_URL: 'https://lyncdiscover.contoso.com/',
  UCWA_ALLOWED_HOSTS: 'Pool.Fabrikam.com',
  RELAY_KINDS: 'phoneAudio',
};
const rest = {
  RELAY_SIGNING_KEY: 'k'.repeat(32),
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  ServiceBusConnection: 'Endpoint=sb://bus/;SharedAccessKeyName=n;SharedAccessKey=k',
};

test('the settings for UCWA alone are read as the whole reads them', () => {
  const alone = parseUcwaConfig(ucwa);
  const whole = parseConfig({ ...ucwa, ...rest });
  if (!alone.ok || !whole.ok) throw new Error('Both are valid.');
  expect(whole.settings).toMatchObject(alone.settings);
  expect(alone.settings).toMatchObject({
    allowedHosts: ['pool.fabrikam.com'],
    kinds: ['phoneAudio'],
    accounts: [{ discoveryUrl: 'https://lyncdiscover.contoso.com/' }],
  });
});

test('what is wrong elsewhere does not matter, what is wrong here does', () => {
  expect(parseUcwaConfig({ ...ucwa, RETENTION_DAYS: 'many' }).ok).toBe(true);
  expect(parseUcwaConfig({ ...ucwa, UCWA_ACCOUNTS: '', UCWA_DISCOVERY_URL: 'nowhere' })).toEqual({
    ok: false,
    problems: ['UCWA_DISCOVERY_URL: must be an http(s) URL', 'UCWA_ACCOUNTS: is required'],
  });
});
