import type { AccountAuditEntry } from '../../../shared/accounts/accountAudit';
import { passwordContext } from '../../../shared/accounts/accountRecord';
import { createManageAccounts } from '../../../shared/accounts/manageAccounts';
import { slotOf } from '../../../shared/relay/slots';
import { createSecretCipher } from '../../../shared/secretCipher';
import { keyOf } from '../../support/accountProcesses';
import { createFakeClock } from '../../support/fakeClock';
import { createMemoryAccountTable } from '../../support/memoryAccountTable';
import { createRecordingLog } from '../../support/recordingLog';

const sipUri = 'sip:reception@contoso.com';
const alice = { name: 'alice', authentication: 'token' } as const;
const body = { username: 'reception', password: 'first-xyzzy' };

function start(encryptionKey: string | undefined = keyOf('a')) {
  const table = createMemoryAccountTable();
  const clock = createFakeClock();
  const log = createRecordingLog();
  const audit: AccountAuditEntry[] = [];
  const cipher = createSecretCipher(encryptionKey);
  const manage = createManageAccounts({
    table,
    cipher,
    audit: { record: (entry) => Promise.resolve(void audit.push(entry)) },
    newId: () => 'id',
    clock,
    log,
  });
  const passwordOf = () => {
    const record = table.rows.get(sipUri);
    return record && cipher.decryptSecret(record.encryptedPassword, passwordContext(sipUri));
  };
  return { table, clock, log, audit, manage, passwordOf };
}

const changes = (audit: readonly AccountAuditEntry[]) => audit.map(({ action, fields }) => [action, ...fields]);

test('an account is added with the defaults of the setting, and its password is encrypted for it alone', async () => {
  const { manage, table, passwordOf, audit, log } = start();
  expect(await manage.put(sipUri, body, alice)).toMatchObject({ isNew: true });
  expect(table.rows.get(sipUri)).toMatchObject({
    enabled: true,
    options: { username: 'reception', modalities: ['Audio', 'Video', 'PhoneAudio'], ringSeconds: 30 },
    changedBy: 'alice',
  });
  expect(passwordOf()).toBe('first-xyzzy');
  const stored = table.rows.get(sipUri)?.encryptedPassword ?? '';
  expect(() =>
    createSecretCipher(keyOf('a')).decryptSecret(stored, passwordContext('sip:other@contoso.com')),
  ).toThrow();
  expect(audit).toMatchObject([{ action: 'added', account: sipUri, caller: 'alice', authentication: 'token' }]);
  expect(JSON.stringify([[...table.rows.values()], audit, log.lines])).not.toContain('xyzzy');
});

test('the same again changes nothing, but has the pollers read it: the answer to the first may have been lost', async () => {
  const { manage, table, audit } = start();
  await manage.put(sipUri, body, alice);
  const [record, version] = [table.rows.get(sipUri), (await table.versions()).get(slotOf(sipUri))];
  expect(await manage.put(sipUri.toUpperCase().replace('SIP', 'sip'), body, alice)).toMatchObject({ isNew: false });
  expect(table.rows.get(sipUri)).toBe(record);
  expect((await table.versions()).get(slotOf(sipUri))).not.toBe(version);
  expect(audit).toHaveLength(1);
});

test('a change names what is changed, and null takes an option away', async () => {
  const { manage, table, audit } = start();
  await manage.put(sipUri, { ...body, phoneNumber: '+14255550199', signInAs: 'Busy' }, alice);
  await manage.change(sipUri, { phoneNumber: null, ringSeconds: 20 }, alice);
  await manage.change(sipUri, { enabled: false }, alice);
  expect(table.rows.get(sipUri)).toMatchObject({ enabled: false, options: { ringSeconds: 20, signInAs: 'Busy' } });
  expect(table.rows.get(sipUri)?.options).not.toHaveProperty('phoneNumber');
  expect(changes(audit).slice(1)).toEqual([
    ['changed', 'ringSeconds', 'phoneNumber'],
    ['changed', 'enabled'],
  ]);
});

test('a password that is set again by a change is another try, by a replacement it is not', async () => {
  const { manage, table, audit } = start();
  await manage.put(sipUri, body, alice);
  const setAt = () => table.rows.get(sipUri)?.passwordSetAtMs ?? 0;
  const first = setAt();
  await manage.change(sipUri, { password: body.password }, alice);
  expect(setAt()).toBeGreaterThan(first);
  const second = setAt();
  await manage.put(sipUri, { ...body, ringSeconds: 20 }, alice);
  expect(setAt()).toBe(second);
  expect(changes(audit)).toEqual([
    expect.arrayContaining(['added']),
    ['changed', 'password'],
    ['changed', 'ringSeconds'],
  ]);
});

test('two who change an account at once both have their change', async () => {
  const { manage, table } = start();
  await manage.put(sipUri, body, alice);
  await Promise.all([
    manage.change(sipUri, { ringSeconds: 20 }, alice),
    manage.change(sipUri, { signInAs: 'Away' }, alice),
    manage.change(sipUri, { enabled: false }, alice),
  ]);
  expect(table.rows.get(sipUri)).toMatchObject({ enabled: false, options: { ringSeconds: 20, signInAs: 'Away' } });
});

test('what is not in the table cannot be changed, and can be removed', async () => {
  const { manage, audit } = start();
  await expect(manage.change(sipUri, { enabled: false }, alice)).rejects.toMatchObject({ code: 'notFound' });
  await manage.put(sipUri, body, alice);
  await manage.remove(sipUri, alice);
  await manage.remove(sipUri, alice);
  expect(changes(audit).slice(1)).toEqual([['removed']]);
});

test('without an encryption key no password is stored', async () => {
  const { manage, table } = start('');
  await expect(manage.put(sipUri, body, alice)).rejects.toMatchObject({ code: 'settingsInvalid' });
  expect(table.rows.size).toBe(0);
});

test.each<[string, unknown, string]>([
  ['sip:reception', body, '"sipUri" must look like sip:user@domain.'],
  [sipUri, { password: 'x' }, '"username" is required: UPN, DOMAIN\\user or SIP address.'],
  [sipUri, { ...body, ringSeconds: 1 }, '"ringSeconds" must be 5 to 300.'],
  [sipUri, { ...body, sipUri }, '"sipUri" is not a field of this request.'],
])('%s is refused with the sentence of the setting', async (path, request, sentence) => {
  const { manage, table } = start();
  await expect(manage.put(path, request, alice)).rejects.toMatchObject({ code: 'requestInvalid', message: sentence });
  expect(table.rows.size).toBe(0);
});
