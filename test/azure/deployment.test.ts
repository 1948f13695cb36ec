import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { indexFunctions } from '../../infra/local/functions-host/indexFunctions';
import { settingNames } from '../../shared/config/settingsSchema';
import { busAccess, busEntities, entityPath } from '../../shared/messaging/busEntities';
import { findBicepCompiler } from '../support/bicepCompiler';
import { predictDeployment, type PredictedResource } from '../support/bicepSnapshot';
import { resolveAzdParameters, typeOf, type ArmTemplate, type ParametersFile } from '../support/azdParameters';
import { azureFolder, readBicepFiles } from '../support/bicep';

const project = join(__dirname, '../..');
const compiler = findBicepCompiler();

/** What the compiler works out for some parameters; each set is worked out once. */
const deployments = new Map<string, readonly PredictedResource[]>();
function deploy(parameters: Readonly<Record<string, unknown>> = {}): readonly PredictedResource[] {
  const key = JSON.stringify(parameters);
  const known = deployments.get(key) ?? (compiler === undefined ? [] : predictDeployment(compiler, parameters));
  deployments.set(key, known);
  return known;
}

/** With what a company adds of its own. */
const clientId = 'c0ffee00-1111-4222-8333-444455556666';
const extended = {
  consumerSubscriptions: [{ name: 'crm', filter: "kind = 'audioVideo'", sessions: true }],
  replyQueues: ['answers'],
  authenticationClientId: clientId,
};

const ofType = (resources: readonly PredictedResource[], type: string) =>
  resources.filter((resource) => resource.type === type);

function only(resources: readonly PredictedResource[], type: string): PredictedResource {
  const [found, ...more] = ofType(resources, type);
  if (found === undefined || more.length > 0) throw new Error(`There must be one ${type}.`);
  return found;
}

interface Scale {
  readonly maximumInstanceCount: number;
  readonly alwaysReady: readonly { readonly name: string; readonly instanceCount: number }[];
  readonly triggers: unknown;
}

function scaleOf(resources: readonly PredictedResource[]): Scale {
  const { functionAppConfig } = only(resources, 'Microsoft.Web/sites').properties as {
    functionAppConfig: { scaleAndConcurrency: Scale };
  };
  return functionAppConfig.scaleAndConcurrency;
}

const functionsWith = (trigger: RegExp): string[] =>
  readdirSync(join(project, 'functions'))
    .filter((file) => trigger.test(readFileSync(join(project, 'functions', file), 'utf8')))
    .map((file) => basename(file, '.ts'));

(compiler === undefined ? describe.skip : describe)('what main.bicep deploys', () => {
  describe('the always-ready instances', () => {
    it('are those of every function on the way of a ring, a command or an answer, and two for HTTP', () => {
      const { alwaysReady, triggers } = scaleOf(deploy());
      const wanted = ['pollEventChannel0', ...functionsWith(/app\.serviceBus/)].map((name) => `function:${name}`);
      expect(alwaysReady.map(({ name }) => name).sort()).toEqual(['http', ...wanted].sort());
      expect(alwaysReady.find(({ name }) => name === 'http')).toMatchObject({ instanceCount: 2 });
      expect(triggers).toEqual({ http: { perInstanceConcurrency: 200 } });
    });

    it('stay below the maximum, however many shards there are and however few instances are allowed', () => {
      for (const resources of [
        deploy(),
        deploy({ pollShardCount: 64, httpInstanceCount: 20, maximumInstanceCount: 40 }),
      ]) {
        const { alwaysReady, maximumInstanceCount } = scaleOf(resources);
        const total = alwaysReady.reduce((sum, { instanceCount }) => sum + instanceCount, 0);
        expect(total).toBeLessThan(maximumInstanceCount);
        expect(total).toBeGreaterThan(alwaysReady.length);
      }
    });

    it('have the names of functions that the host indexes', async () => {
      const indexed = (await indexFunctions(project)).map(({ name }) => `function:${name}`);
      const named = scaleOf(deploy()).alwaysReady.map(({ name }) => name);
      expect(named.filter((name) => name !== 'http' && !indexed.includes(name))).toEqual([]);
    });
  });

  describe('the rights at Service Bus', () => {
    const roles = {
      '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39': 'send',
      '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0': 'receive',
    } as const;

    /** `send queue`, `receive topic/subscription`; of a namespace as a whole the path is empty. */
    function rightsIn(resources: readonly PredictedResource[]): string[] {
      return ofType(resources, 'Microsoft.Authorization/roleAssignments').flatMap(({ id, properties }) => {
        const scope = /namespaces\/[^/']+([^']*)'/.exec(id)?.[1];
        const role = Object.entries(roles).find(([guid]) => String(properties?.['roleDefinitionId']).endsWith(guid));
        if (scope === undefined || role === undefined) return [];
        return `${role[1]} ${scope.replace(/^\/(queues|topics)\//, '').replace('/subscriptions/', '/')}`;
      });
    }

    it('are those that the code needs, each at its entity', () => {
      const needed = busAccess.map((access) => `${access.access} ${entityPath(access)}`);
      expect(rightsIn(deploy()).sort()).toEqual([...needed].sort());
    });

    it('include sending to the queues for answers, and to no other', () => {
      const added = rightsIn(deploy(extended)).filter((right) => !rightsIn(deploy()).includes(right));
      expect(added).toEqual(['send answers']);
    });
  });

  it('the entities are those that the code names, and the consumers’', () => {
    const resources = deploy(extended);
    const names = (type: string): string[] =>
      ofType(resources, `Microsoft.ServiceBus/namespaces/${type}`).map(({ name }) => name.replace(/^[^/]+\//, ''));
    expect([...names('queues'), ...names('topics')].sort()).toEqual([...Object.values(busEntities), 'answers'].sort());
    const received = busAccess.filter(({ subscription }) => subscription !== undefined).map(entityPath);
    expect(names('topics/subscriptions').sort()).toEqual([...received, `${busEntities.events}/crm`].sort());
    expect(only(resources, 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules')).toMatchObject({
      properties: { filterType: 'SqlFilter', sqlFilter: { sqlExpression: "kind = 'audioVideo'" } },
    });
  });

  it('the settings are those that the code reads, beside the platform’s own', () => {
    const [settings] = ofType(deploy(), 'Microsoft.Web/sites/config').filter(({ name }) =>
      name.endsWith('/appsettings'),
    );
    const ofThePlatform = /^APPLICATIONINSIGHTS_|__credential$/;
    const notInAzure = ['AzureWebJobsStorage', 'ServiceBusConnection'];
    expect(
      Object.keys(settings?.properties ?? {})
        .filter((name) => !ofThePlatform.test(name))
        .sort(),
    ).toEqual(settingNames.filter((name) => !notInAzure.includes(name)).sort());
  });

  it('tokens of both versions are taken by the platform and by the code', () => {
    const configs = ofType(deploy(extended), 'Microsoft.Web/sites/config');
    const audiences = [`api://${clientId}`, clientId];
    expect(configs.find(({ name }) => name.endsWith('/appsettings'))?.properties).toMatchObject({
      ENTRA_AUDIENCE: audiences.join(),
    });
    expect(configs.find(({ name }) => name.endsWith('/authsettingsV2'))?.properties).toMatchObject({
      identityProviders: { azureActiveDirectory: { validation: { allowedAudiences: audiences } } },
    });
  });

  it('a private network is closed but for the addresses that are named', () => {
    const closed = deploy({ network: 'private' });
    const opened = deploy({ network: 'private', allowedNetworks: ['203.0.113.8'] });
    const services = [
      'Microsoft.KeyVault/vaults',
      'Microsoft.Storage/storageAccounts',
      'Microsoft.ServiceBus/namespaces',
    ];
    const access = (resources: readonly PredictedResource[]) =>
      services.map((type) => String(only(resources, type).properties?.['publicNetworkAccess']).toLowerCase());
    expect([access(closed), access(opened)]).toEqual([Array(3).fill('disabled'), Array(3).fill('enabled')]);
    for (const type of services.slice(0, 2))
      expect(only(opened, type).properties).toMatchObject({
        networkAcls: { defaultAction: 'Deny', ipRules: [{ value: '203.0.113.8' }] },
      });
    expect(only(opened, 'Microsoft.ServiceBus/namespaces/networkRuleSets').properties).toMatchObject({
      defaultAction: 'Deny',
      ipRules: [{ ipMask: '203.0.113.8', action: 'Allow' }],
    });
  });

  it('vault, namespace, blobs and tables have logs', () => {
    expect(
      ofType(deploy(), 'Microsoft.Insights/diagnosticSettings').map(({ id }) =>
        /providers\/(Microsoft\.[^/]+)\/[^/]+\/[^/]+(?:\/(\w+)\/default)?\/providers\/Microsoft\.Insights/
          .exec(id)
          ?.slice(1, 3),
      ),
    ).toEqual([
      ['Microsoft.KeyVault', undefined],
      ['Microsoft.ServiceBus', undefined],
      ['Microsoft.Storage', 'blobServices'],
      ['Microsoft.Storage', 'tableServices'],
    ]);
  });

  describe('the parameters, as azd takes them from its environment,', () => {
    const file = JSON.parse(readFileSync(join(azureFolder, 'main.parameters.json'), 'utf8')) as ParametersFile;
    let template: ArmTemplate;
    beforeAll(() => {
      template = JSON.parse(compiler?.(['build', 'main.bicep', '--stdout']).output ?? '') as ArmTemplate;
    });
    const where = { AZURE_ENV_NAME: 'test', AZURE_LOCATION: 'westeurope' };
    /** Values that are not the defaults. */
    const given: Readonly<Record<string, string>> = {
      ...where,
      RELAY_NETWORK: 'integrated',
      RELAY_VIRTUAL_NETWORK_DNS_SERVERS: '["10.0.0.4"]',
      RELAY_CONSUMER_SUBSCRIPTIONS: `[{ "name": "crm", "filter": "kind = 'audioVideo'", "sessions": true }]`,
      RELAY_REPLY_QUEUES: '["answers"]',
      UCWA_CA_CERTIFICATE: '-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----',
      RELAY_INCLUDE_SDP: 'true',
      RELAY_CONTACT_DETAILS: 'true',
      POLL_SHARD_COUNT: '3',
      RELAY_HTTP_INSTANCE_COUNT: '4',
      RELAY_PURGE_PROTECTION: 'false',
    };

    it('are all there', () => {
      expect(Object.keys(file.parameters).sort()).toEqual(Object.keys(template.parameters).sort());
    });

    it('have their defaults where nothing is set', () => {
      expect(resolveAzdParameters(file, template, where)).toEqual({
        environmentName: 'test',
        location: 'westeurope',
      });
    });

    it('arrive with the types that the template wants', () => {
      const sample = { string: 'x', int: '3', bool: 'false', array: '["x"]', object: '{}' };
      const all = Object.entries(file.parameters).map(([name, { value }]) => [
        value.slice(2, -1),
        sample[typeOf(template, name) as keyof typeof sample],
      ]);
      const resolved = resolveAzdParameters(file, template, Object.fromEntries(all) as Record<string, string>);
      const typeOfValue = (value: unknown): string =>
        Array.isArray(value)
          ? 'array'
          : typeof value === 'boolean'
            ? 'bool'
            : typeof value === 'number'
              ? 'int'
              : typeof value;
      expect(Object.entries(resolved).map(([name, value]) => [name, typeOfValue(value)])).toEqual(
        Object.keys(file.parameters).map((name) => [name, typeOf(template, name)]),
      );
    });

    it('have their effect', () => {
      const resources = deploy(resolveAzdParameters(file, template, given));
      const queues = ofType(resources, 'Microsoft.ServiceBus/namespaces/queues').map(({ name }) => name);
      expect(queues).toContainEqual(expect.stringMatching(/\/answers$/));
      expect(only(resources, 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules')).toMatchObject({
        properties: { sqlFilter: { sqlExpression: "kind = 'audioVideo'" } },
      });
      expect(only(resources, 'Microsoft.Network/virtualNetworks').properties).toMatchObject({
        dhcpOptions: { dnsServers: ['10.0.0.4'] },
      });
      expect(scaleOf(resources).alwaysReady).toEqual(
        expect.arrayContaining([
          { name: 'http', instanceCount: 4 },
          { name: 'function:pollEventChannel2', instanceCount: 1 },
        ]),
      );
      expect(
        ofType(resources, 'Microsoft.Web/sites/config').find(({ name }) => name.endsWith('/appsettings'))?.properties,
      ).toMatchObject({
        RELAY_INCLUDE_SDP: 'true',
        RELAY_CONTACT_DETAILS: 'true',
        POLL_SHARD_COUNT: '3',
        UCWA_CA_CERTIFICATE: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
      });
      expect(only(resources, 'Microsoft.KeyVault/vaults').properties?.['enablePurgeProtection']).not.toBe(true);
    });
  });

  it('what cannot be changed later says so at its parameter', async () => {
    const main = (await readBicepFiles()).find(({ path }) => path === 'main.bicep')?.text ?? '';
    for (const name of ['network', 'consumerSubscriptions', 'purgeProtection'])
      expect(new RegExp(`@description\\('([^\\n]*)'\\)\\n(?:@.*\\n)*param ${name} `).exec(main)?.[1]).toMatch(
        /cannot be (changed|switched off) later/i,
      );
  });
});
