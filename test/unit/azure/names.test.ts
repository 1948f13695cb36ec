import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { settingNames } from '../../../shared/config/settingsSchema';
import { RAW_BLOB_CONTAINER } from '../../../shared/storage/rawBlobs';
import { tableNames } from '../../../shared/storage/tables';
import { fieldsOfVariable, readBicepFiles, type BicepFile } from '../../support/bicep';

const PROJECT = join(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');

let files: BicepFile[];
beforeAll(async () => (files = await readBicepFiles()));

function file(path: string): BicepFile {
  const found = files.find((candidate) => candidate.path === path);
  if (found === undefined) throw new Error(`There is no ${path}.`);
  return found;
}

const functionFiles = readdirSync(join(PROJECT, 'functions')).map((name) => ({
  name: basename(name, '.ts'),
  text: read(`functions/${name}`),
}));
const functionsWith = (trigger: RegExp): string[] =>
  functionFiles.filter(({ text }) => trigger.test(text)).map(({ name }) => name);
const quoted = (text: string): string[] => [...text.matchAll(/"([^"]+)"/g)].map(([, word]) => word ?? '');

describe('the settings in Bicep', () => {
  /** Read by the host and its telemetry, not by the code. */
  const ofThePlatform = [
    'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
    'APPLICATIONINSIGHTS_CONNECTION_STRING',
    'AzureWebJobsStorage__credential',
    'ServiceBusConnection__credential',
  ];
  /** A connection string holds a key, and in Azure there is none. */
  const notInAzure = ['AzureWebJobsStorage', 'ServiceBusConnection'];

  it('are those that the code and the platform read, and all of them', () => {
    expect(settingsInBicep().sort()).toEqual(
      [...settingNames.filter((name) => !notInAzure.includes(name)), ...ofThePlatform].sort(),
    );
  });

  it('hold no secret, only references to the vault’s secrets', () => {
    const references = [
      ...file('modules/functionApp.bicep').text.matchAll(/^ {4}(\w+): '\$\{secretReference\}([\w-]+)\)'$/gm),
    ].map(([, setting, secret]) => [setting, secret]);
    expect(references).toEqual([
      ['UCWA_ACCOUNTS', 'ucwa-accounts'],
      ['RELAY_SIGNING_KEY', 'relay-signing-key'],
      ['RELAY_ENCRYPTION_KEY', 'relay-encryption-key'],
    ]);
    const secrets = [...file('modules/keyVault.bicep').text.matchAll(/^ {2}name: '([\w-]+)'$/gm)].map(
      ([, name]) => name,
    );
    expect(secrets).toEqual(references.map(([, secret]) => secret));
  });

  function settingsInBicep(): string[] {
    const block =
      /name: 'appsettings'\n {2}properties: \{\n([\s\S]*?)\n {2}\}/.exec(file('modules/functionApp.bicep').text)?.[1] ??
      '';
    return [...block.matchAll(/^ {4}(\w+): /gm)].map(([, name]) => name ?? '');
  }
});

describe('the roles in Bicep', () => {
  /** Each role, its id (Azure built-in roles), and what in the code cannot do without it. */
  const needed: readonly (readonly [role: string, id: string, where: string, because: RegExp])[] = [
    ['storageBlobDataOwner', 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b', 'shared/storage/rawBlobs.ts', /BlobServiceClient/],
    [
      'storageTableDataContributor',
      '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
      'shared/storage/tables.ts',
      /createTable\(\)/,
    ],
    ['serviceBusDataReceiver', '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0', 'functions/deliverEvent.ts', /serviceBusTopic/],
    ['serviceBusDataSender', '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39', 'shared/messaging/openSenders.ts', /createSender/],
    [
      'keyVaultSecretsUser',
      '4633458b-17de-408a-b874-0445c86b69e6',
      'infra/azure/modules/functionApp.bicep',
      /@Microsoft\.KeyVault\(/,
    ],
    ['keyVaultSecretsOfficer', 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7', 'docs/operations.md', /az keyvault secret set/],
    [
      'monitoringMetricsPublisher',
      '3913510d-42f4-4e42-8a64-420c390055eb',
      'infra/azure/modules/functionApp.bicep',
      /Authorization=AAD/,
    ],
  ];

  it('are those that are needed, by their ids', () => {
    const roles = fieldsOfVariable(file('modules/roles.bicep').root, 'roles').map(([role, id]) => [
      role,
      id.replaceAll("'", ''),
    ]);
    expect(roles).toEqual(needed.map(([role, id]) => [role, id]));
  });

  test.each(needed)(
    '%s is assigned once, those of Service Bus to queues and to the topic, and needed',
    (role, _id, where, because) => {
      expect(
        file('modules/roles.bicep').text.match(new RegExp(`roleDefinition\\(roles\\.${role}\\)`, 'g')),
      ).toHaveLength({ serviceBusDataSender: 2, serviceBusDataReceiver: 2 }[role] ?? 1);
      expect(read(where)).toMatch(because);
    },
  );
});

describe('the functions in Bicep', () => {
  it('that are always ready are the timers and all that Service Bus triggers', () => {
    const { text } = file('modules/functionApp.bicep');
    const named = [...(/ {6}\[('\w+'(?:, '\w+')*)\]\n/.exec(text)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
      ([, name]) => name,
    );
    expect(named.sort()).toEqual(functionsWith(/app\.serviceBus/).sort());
    expect(text).toContain("'pollEventChannel${shard}'");
    expect(read('shared/app.ts')).toContain('name: `pollEventChannel${String(shard)}`');
  });

  it('whose failures are watched are those that no caller feeds', () => {
    const watched = /name in \(([^)]*)\)/.exec(file('modules/alerts.bicep').text)?.[1] ?? '';
    const withoutCaller = functionsWith(/app\.(serviceBus\w+|timer)\(/).filter((name) => name !== 'pollEventChannel');
    expect(quoted(watched).sort()).toEqual(withoutCaller.sort());
  });
});

describe('the alerts in Bicep', () => {
  it('page when no process polls, when the app does not answer and when it is not well', () => {
    expect(file('modules/alerts.bicep').text).toMatch(
      /name: 'nobody-polls'[^}]*relay\.poll_age" and valueMax > 0'[^}]*'LessThan'\n *threshold: 1\n *window: 'PT5M'/,
    );
    const routes = [...file('modules/availability.bicep').text.matchAll(/^ +path: '\/api\/(.*)'$/gm)].map(
      ([, route]) => route,
    );
    expect(routes).toEqual(['health/live', 'health']);
    const served = ['getLiveness', 'getHealth'].map((name) => /route: '(.*)'/.exec(read(`functions/${name}.ts`))?.[1]);
    expect(served).toEqual(routes);
  });

  it('look for events that the code logs', () => {
    const { text } = file('modules/alerts.bicep');
    const wanted = [...text.matchAll(/event in \(([^)]*)\)/g)]
      .flatMap(([, list]) => quoted(list ?? ''))
      .concat([...text.matchAll(/event == "(\w+)"/g)].map(([, name]) => name ?? ''));
    const logged = readdirSync(join(PROJECT, 'shared'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .flatMap((entry) =>
        [
          ...readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(/log(?:\.\w+|\[level\])\(\s*'(\w+)'/g),
        ].map(([, name]) => name),
      );
    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.filter((name) => !logged.includes(name))).toEqual([]);
  });

  it('look at metrics that the code measures', () => {
    const wanted = [...file('modules/alerts.bicep').text.matchAll(/customMetrics \| where name == "([\w.]+)"/g)].map(
      ([, name]) => name ?? '',
    );
    expect(wanted).toEqual(['relay.poll_age', 'relay.channels', 'relay.poll_age']);
    for (const name of wanted) expect(read('shared/telemetry/metrics.ts')).toContain(`'${name}'`);
  });
});

describe('telemetry in Azure', () => {
  it('is OpenTelemetry from the host as from the app, and every alert finds a run by the name of its function', () => {
    expect(JSON.parse(read('host.json'))).toMatchObject({ telemetryMode: 'OpenTelemetry' });
    const { text } = file('modules/alerts.bicep');
    expect(text.match(/\brequests\b.*/g)).toEqual([
      `requests | extend name = coalesce(tostring(customDimensions["faas.name"]), name);'`,
    ]);
    expect(text.match(/'\$\{runs\} .*\bruns \| where/g)).toHaveLength(2);
  });

  it('takes no key: the identity publishes', () => {
    expect(file('modules/monitoring.bicep').text).toContain('DisableLocalAuth: true');
    expect(file('modules/functionApp.bicep').text).toContain(
      "APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'",
    );
  });
});

describe('docs/operations.md', () => {
  it('says of each alert what it means', () => {
    const { text } = file('modules/alerts.bicep');
    const rules = [...text.matchAll(/^ {4}name: '([a-z-]+)'$/gm)]
      .map(([, name]) => name ?? '')
      .concat([...text.matchAll(/^ {2}name: 'ticket-([a-z-]+)'$/gm)].map(([, name]) => name ?? ''));
    expect(rules.length).toBeGreaterThan(7);
    const guide = read('docs/operations.md');
    expect(
      [...rules, 'half-full-…'].filter((name) => !new RegExp(`^\\| (page|ticket) \`${name}\``, 'm').test(guide)),
    ).toEqual([]);
  });

  it('says of each table how long it is kept', () => {
    const guide = read('docs/operations.md');
    expect(tableNames.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });
});

it('the container whose blobs are removed in time is the one that the code writes to', () => {
  expect(file('modules/storage.bicep').text).toContain(`var unreadableContainer = '${RAW_BLOB_CONTAINER}'`);
});

it('what azd publishes is what `npm run package` writes', () => {
  expect(read('azure.yaml')).toMatch(
    /path: infra\/azure\n[\s\S]*dist: package\n[\s\S]*prepackage:[\s\S]*run: npm run package\n/,
  );
  expect(file('modules/functionApp.bicep').text).toContain("'azd-service-name': 'relay'");
  expect(read('azure.yaml')).toMatch(/services:\n {2}relay:/);
});

it('azd registers the provider of Flex networks before, and refreshes the references to the vault after', () => {
  const text = read('azure.yaml');
  expect(text.match(/run: az provider register --namespace Microsoft\.App --wait/g)).toHaveLength(2);
  expect(text.match(/config\/configreferences\/appsettings\/refresh\?api-version=/g)).toHaveLength(2);
  const { text: main } = file('main.bicep');
  for (const [, name] of text.matchAll(/\$(?:env:)?(AZURE_\w+)/g))
    expect(name === 'AZURE_SUBSCRIPTION_ID' || main.includes(`output ${name ?? ''} `)).toBe(true);
});
