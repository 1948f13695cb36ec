import type { Connection } from '../../../../shared/config/settings';
import type { Clock } from '../../../../shared/clock';
import { credentialFor } from '../../../../shared/identity';
import { openServiceBus } from '../../../../shared/messaging/openServiceBus';
import { probeBus } from '../../../../shared/messaging/probeBus';
import { probeTables } from '../../../../shared/storage/probeTables';
import { createTables } from '../../../../shared/storage/tables';
import type { GivenSettings } from '../../../local/start/givenSettings';
import type { StepReport } from '../../../../shared/doctor/stepReport';
import { toAzureSteps, type SecretProbe } from './azureSteps';

/**
 * What `/health` checks of bus, tables, vault and clock, with these settings and whatever identity this machine is signed in
 * with. Nothing is sent or taken; a table that is missing is made. Never rejects.
 */
export async function checkAzure(given: GivenSettings, clock: Clock): Promise<readonly StepReport[]> {
  const startedMs = clock.now();
  const bus = connectionOf(given, 'ServiceBusConnection', 'ServiceBusConnection__fullyQualifiedNamespace');
  const storage = connectionOf(given, 'AzureWebJobsStorage', 'AzureWebJobsStorage__accountName');
  const [busProbes, tables, secrets] = await Promise.all([
    probeBus(() => openServiceBus(bus, () => credentialFor(bus)), clock),
    probeTables(
      createTables(storage, () => credentialFor(storage)),
      clock,
    ),
    Promise.all(references(given).map(readSecret)),
  ]);
  const names = {
    namespace: 'name' in bus ? bus.name.split('.')[0] : undefined,
    storageAccount: 'name' in storage ? storage.name : undefined,
  };
  return toAzureSteps({ bus: busProbes, tables }, secrets, names, clock.now() - startedMs);
}

/** The app's own identity cannot be had from outside, so its client id is left out. */
function connectionOf(given: GivenSettings, connectionString: string, name: string): Connection {
  const text = given[connectionString];
  return text === undefined ? { name: given[name] ?? '', clientId: undefined } : { connectionString: text };
}

interface Reference {
  readonly setting: string;
  readonly url: URL;
}

function references(given: GivenSettings): readonly Reference[] {
  return Object.entries(given).flatMap(([setting, value]) => {
    const [, uri] = /^@Microsoft\.KeyVault\(SecretUri=(https:\/\/[^)]+)\)$/.exec(value) ?? [];
    return uri === undefined ? [] : [{ setting, url: new URL(uri) }];
  });
}

const ROLE = 'Key Vault Secrets User';

/** Asks for the secret and looks at the status alone. Source: Key Vault REST API, "Get Secret". */
async function readSecret({ setting, url }: Reference): Promise<SecretProbe> {
  const vault = url.hostname.split('.')[0] ?? '';
  const probe = { setting, vault };
  try {
    const token = await credentialFor({ name: vault, clientId: undefined }).getToken(
      'https://vault.azure.net/.default',
    );
    const { status, body } = await fetch(`${url.href.replace(/\/$/, '')}?api-version=7.4`, {
      headers: { authorization: `Bearer ${token?.token}` },
      signal: AbortSignal.timeout(10_000),
    });
    await body?.cancel();
    if (status === 200) return probe;
    if (status === 403)
      return {
        ...probe,
        problem: `The secret of ${setting} may not be read: the role ${ROLE} is missing.`,
        missingRole: ROLE,
      };
    return { ...probe, problem: `The vault answered ${status} when asked for the secret of ${setting}.` };
  } catch {
    return { ...probe, problem: `The vault ${vault} cannot be reached, or nobody is signed in here (az login).` };
  }
}
