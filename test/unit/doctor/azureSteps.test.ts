import { toAzureSteps } from '../../../infra/cli/doctor/azure/azureSteps';

const names = { namespace: 'sbns-relay', storageAccount: 'strelay' };
const missingRole = 'Azure Service Bus Data Receiver';

it('says of each right whether it is there, and of one that is missing the command that grants it', () => {
  const steps = toAzureSteps(
    {
      bus: [
        { access: 'send', entity: 'invitation-events' },
        {
          access: 'receive',
          entity: 'invitation-events',
          subscription: 'webhooks',
          problem: 'It may not.',
          missingRole,
        },
      ],
      tables: { problems: [], clockAheadMs: 200 },
    },
    [{ setting: 'UCWA_ACCOUNTS', vault: 'kv-relay', problem: 'It may not.', missingRole: 'Key Vault Secrets User' }],
    names,
    12,
  );
  expect(steps.map(({ name, outcome, fact }) => [name, outcome, fact])).toEqual([
    ['service bus', 'passed', 'can send to invitation-events'],
    ['service bus', 'failed', 'It may not.'],
    ['tables', 'passed', 'each can be used'],
    ['vault', 'failed', 'It may not.'],
    ['clock', 'passed', '0 s ahead of Azure’s'],
  ]);
  expect(steps[1]?.whatToDo).toBe(
    'az role assignment create --role "Azure Service Bus Data Receiver" --assignee "$(az ad signed-in-user show ' +
      '--query id --output tsv)" ' +
      "--scope \"$(az resource list --name sbns-relay --resource-type Microsoft.ServiceBus/namespaces --query '[0].id' --output tsv)" +
      '/topics/invitation-events/subscriptions/webhooks"',
  );
  expect(steps[3]?.whatToDo).toContain('--role "Key Vault Secrets User"');
});

it('says of a clock that is far off what to do', () => {
  const [, clock] = toAzureSteps({ bus: [], tables: { problems: [], clockAheadMs: -70_000 } }, [], names, 0);
  expect(clock).toMatchObject({ name: 'clock', outcome: 'failed', whatToDo: 'Set the clock of this machine by NTP.' });
});
