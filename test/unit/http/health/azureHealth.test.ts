import { toAzureChecks } from '../../../../shared/http/health/azureHealth';
import { keepFor } from '../../../../shared/http/keepFor';

describe('toAzureChecks', () => {
  it('has a check for each entity, with an entry for each right, and one for the tables', () => {
    const checks = toAzureChecks({
      bus: [
        { access: 'send', entity: 'invitation-commands' },
        { access: 'receive', entity: 'invitation-commands', problem: 'It may not.' },
        { access: 'receive', entity: 'invitation-events', subscription: 'webhooks' },
      ],
      tables: { problems: [] },
    });
    expect(checks).toEqual({
      'serviceBus:invitation-commands': [
        { status: 'pass', componentType: 'datastore', observedValue: 'send' },
        { status: 'fail', componentType: 'datastore', observedValue: 'receive', output: 'It may not.' },
      ],
      'serviceBus:invitation-events/webhooks': [
        { status: 'pass', componentType: 'datastore', observedValue: 'receive' },
      ],
      tables: [{ status: 'pass', componentType: 'datastore' }],
    });
  });

  it('says of each table what is wrong with it', () => {
    const problems = [{ table: 'slotLeases' as const, problem: 'It cannot be read.' }];
    expect(toAzureChecks({ bus: [], tables: { problems } })['tables']).toEqual([
      { status: 'fail', componentType: 'datastore', output: 'It cannot be read.' },
    ]);
  });

  test.each([
    [800, 'pass', undefined],
    [-5_000, 'pass', undefined],
    [6_000, 'warn', '6 s ahead of'],
    [-12_400, 'warn', '12 s behind'],
    [61_000, 'fail', '61 s ahead of'],
  ])('a clock that is %d ms ahead: %s', (clockAheadMs, status, said) => {
    const [check] = toAzureChecks({ bus: [], tables: { problems: [], clockAheadMs } })['clock'] ?? [];
    expect(check).toMatchObject({ status, observedUnit: 's' });
    expect(check?.['output']).toEqual(said === undefined ? undefined : expect.stringContaining(said));
  });
});

describe('keepFor', () => {
  it('asks again only when the time is over, and shares an answer that is under way', async () => {
    let nowMs = 0;
    let asked = 0;
    const read = keepFor(
      30_000,
      () => nowMs,
      () => Promise.resolve((asked += 1)),
    );
    expect(await Promise.all([read(), read()])).toEqual([1, 1]);
    nowMs = 29_999;
    expect(await read()).toBe(1);
    nowMs = 30_000;
    expect(await read()).toBe(2);
  });

  it('keeps no rejection', async () => {
    let asked = 0;
    const read = keepFor(
      30_000,
      () => 0,
      () => ((asked += 1) === 1 ? Promise.reject(new Error('no')) : Promise.resolve(asked)),
    );
    await expect(read()).rejects.toThrow('no');
    expect(await read()).toBe(2);
  });
});
