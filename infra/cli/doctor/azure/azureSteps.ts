import { toAzureChecks, type AzureHealth } from '../../../../shared/http/health/azureHealth';
import { busEntities, entityPath, type BusAccess } from '../../../../shared/messaging/busEntities';
import type { StepReport } from '../../../../shared/doctor/stepReport';

/** What a Key Vault reference of a setting has led to. */
export interface SecretProbe {
  readonly setting: string;
  readonly vault: string;
  /** What is wrong, in a sentence; absent where the secret can be read. */
  readonly problem?: string;
  readonly missingRole?: string;
}

/** Names of the resources, as far as the settings have them: what stands in a scope. */
export interface AzureNames {
  readonly namespace: string | undefined;
  readonly storageAccount: string | undefined;
}

/** The steps of `doctor --azure`: one for each right at the bus, then tables, vault and clock. Pure. */
export function toAzureSteps(
  health: AzureHealth,
  secrets: readonly SecretProbe[],
  { namespace, storageAccount }: AzureNames,
  durationMs: number,
): readonly StepReport[] {
  const report = (name: StepReport['name'], fact: string, problem?: string, whatToDo?: string): StepReport =>
    problem === undefined
      ? { name, outcome: 'passed', fact, durationMs }
      : { name, outcome: 'failed', fact: problem, ...(whatToDo === undefined ? {} : { whatToDo }), durationMs };
  const bus = health.bus.map((probe) =>
    report(
      'service bus',
      `${probe.access === 'send' ? 'can send to' : 'can receive from'} ${entityPath(probe)}`,
      probe.problem,
      probe.missingRole === undefined
        ? 'See that the namespace can be reached from here and has this entity (azd provision makes it).'
        : grant(probe.missingRole, 'Microsoft.ServiceBus/namespaces', namespace, scopeOf(probe)),
    ),
  );
  const tables = health.tables.problems.map(({ problem, missingRole }) =>
    report(
      'tables',
      '',
      problem,
      missingRole === undefined
        ? 'See that the storage account can be reached from here.'
        : grant(missingRole, 'Microsoft.Storage/storageAccounts', storageAccount, ''),
    ),
  );
  const vault = secrets.map(({ setting, vault: name, problem, missingRole }) =>
    report(
      'vault',
      `the secret of ${setting} can be read`,
      problem,
      missingRole === undefined
        ? 'Write the secret, and see that the vault can be reached from here.'
        : grant(missingRole, 'Microsoft.KeyVault/vaults', name, ''),
    ),
  );
  const [clock] = toAzureChecks(health)['clock'] ?? [];
  const clockStep =
    clock === undefined
      ? []
      : [
          report(
            'clock',
            `${String(clock['observedValue'])} s ahead of Azure’s`,
            clock.status === 'pass' ? undefined : String(clock['output']),
            'Set the clock of this machine by NTP.',
          ),
        ];
  return [...bus, ...(tables.length > 0 ? tables : [report('tables', 'each can be used')]), ...vault, ...clockStep];
}

function scopeOf({ entity, subscription, access }: BusAccess): string {
  if (subscription !== undefined) return `/topics/${entity}/subscriptions/${subscription}`;
  return access === 'send' && entity === busEntities.events ? `/topics/${entity}` : `/queues/${entity}`;
}

/** The command that gives the role to the person who is signed in with the Azure CLI. */
function grant(role: string, type: string, name: string | undefined, path: string): string {
  return (
    `az role assignment create --role "${role}" --assignee "$(az ad signed-in-user show --query id --output tsv)" ` +
    `--scope "$(az resource list --name ${name ?? 'NAME'} --resource-type ${type} --query '[0].id' --output tsv)${path}"`
  );
}
