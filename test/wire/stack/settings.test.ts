import { replacedBy } from '../../../infra/local/start/givenSettings';
import { hostEnvironment } from '../../../infra/local/start/hostEnvironment';
import { parseConfig } from '../../../shared/config/parseConfig';

const keys = {
  signingKey: 's'.repeat(44),
  encryptionKey: Buffer.alloc(32, 1).toString('base64'),
  functionsKey: 'f'.repeat(43),
  receiverSecret: 'whsec_AAAA',
};
const standIns = {
  ucwaUrl: 'http://127.0.0.1:8080/',
  serviceBusConnection:
    'Endpoint=sb://localhost:5672;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true',
  storageConnection:
    'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=k;TableEndpoint=http://127.0.0.1:10002/devstoreaccount1',
};
const none = { ucwa: undefined, serviceBus: undefined, storage: undefined };

test.each([
  [{}, none],
  [{ UCWA_ACCOUNTS: '[]' }, { ...none, ucwa: 'UCWA_ACCOUNTS' }],
  [{ UCWA_DISCOVERY_URL: 'https://lyncdiscover.contoso.com' }, { ...none, ucwa: 'UCWA_DISCOVERY_URL' }],
  [{ UCWA_ALLOWED_HOSTS: 'contoso.com' }, none],
  [{ ServiceBusConnection: 'Endpoint=sb://x' }, { ...none, serviceBus: 'ServiceBusConnection' }],
  [
    { ServiceBusConnection__fullyQualifiedNamespace: 'x.servicebus.windows.net' },
    { ...none, serviceBus: 'ServiceBusConnection__fullyQualifiedNamespace' },
  ],
  [{ AzureWebJobsStorage: 'UseDevelopmentStorage=true' }, none],
  [{ AzureWebJobsStorage: ' usedevelopmentstorage=true; ' }, none],
  [{ AzureWebJobsStorage: 'AccountName=x' }, { ...none, storage: 'AzureWebJobsStorage' }],
  [{ AzureWebJobsStorage__accountName: 'x' }, { ...none, storage: 'AzureWebJobsStorage__accountName' }],
])('%j replaces the stand-ins that it stands for', (given, expected) => {
  expect(replacedBy(given)).toEqual(expected);
});

describe('the settings of the host', () => {
  it('are complete with the stand-ins alone', () => {
    expect(parseConfig(hostEnvironment({}, standIns, keys, 'http://127.0.0.1:7071'))).toMatchObject({
      ok: true,
      settings: {
        accounts: [{ sipUri: 'sip:reception@contoso.com', discoveryUrl: standIns.ucwaUrl }],
        allowedHosts: ['127.0.0.1'],
      },
    });
  });

  it('let the console ring at the simulator, and at nothing else', () => {
    const setting = (ucwaUrl: string | undefined) =>
      hostEnvironment({}, { ...standIns, ucwaUrl }, keys, 'http://127.0.0.1:7071').RELAY_LOCAL_CONTROL;
    expect([setting(standIns.ucwaUrl), setting(undefined)]).toEqual(['/local/sim', undefined]);
  });

  it('keep what is given', () => {
    const given = {
      POLL_SCHEDULE: '0 * * * * *',
      RELAY_SIGNING_KEY: 'given',
      RELAY_PUBLIC_URL: 'https://relay.contoso.com',
      UCWA_ACCOUNTS: '[]',
    };
    expect(hostEnvironment(given, { ...standIns, ucwaUrl: undefined }, keys, 'http://127.0.0.1:7071')).toMatchObject(
      given,
    );
  });

  it('have the stand-in’s address in the place of UseDevelopmentStorage=true', () => {
    const { AzureWebJobsStorage } = hostEnvironment(
      { AzureWebJobsStorage: 'UseDevelopmentStorage=true' },
      standIns,
      keys,
      'http://127.0.0.1:7071',
    );
    expect(AzureWebJobsStorage).toBe(standIns.storageConnection);
  });
});
