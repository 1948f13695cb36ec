import { createSecretCipher } from '../../../shared/secretCipher';
import { passwordContext } from '../../../shared/accounts/accountRecord';
import {
  createDecryptSubscription,
  encryptSubscription,
} from '../../../shared/webhooks/subscriptions/subscriptionSecrets';
import type { Subscription } from '../../../shared/webhooks/subscriptions/subscription';
import { rotateKeys } from '../../../infra/cli/rotate-keys/rotateKeys';
import { accountRecord } from '../../contract/accountTable';
import { keyOf } from '../../support/accountProcesses';
import { createMemoryAccountTable } from '../../support/memoryAccountTable';

const [older, newer] = [keyOf('o'), keyOf('n')];
const sipUris = Array.from({ length: 30 }, (_, index) => `sip:user${index}@contoso.com`);

async function storedUnder(key: string) {
  const cipher = createSecretCipher(key);
  const table = createMemoryAccountTable();
  for (const sipUri of sipUris) {
    const encryptedPassword = cipher.encryptSecret(`password of ${sipUri}`, passwordContext(sipUri));
    await table.write(accountRecord(sipUri, { encryptedPassword }), undefined);
  }
  const id = 'sub_1';
  let subscription: Subscription = {
    id,
    ...encryptSubscription(cipher, id, {
      url: 'https://receiver.example/',
      headers: { 'X-Key': 'k' },
      secret: 'whsec_1',
      earlierSecrets: [],
    }),
    filters: {},
    format: 'cloudevents',
    handshake: 'skip',
    state: { name: 'active' },
    createdBy: 'key:a',
    createdAtMs: 1,
    changedAtMs: 1,
  };
  const subscriptions = {
    list: () => Promise.resolve([subscription]),
    update: (_id: string, change: (one: Subscription) => Subscription | undefined) => {
      subscription = change(subscription) ?? subscription;
      return Promise.resolve(subscription);
    },
  };
  return { table, subscriptions, current: () => subscription };
}

test('everything is encrypted under the first key, and can be decrypted without the others', async () => {
  const { table, subscriptions, current } = await storedUnder(older);
  const ports = { table, subscriptions, cipher: createSecretCipher(`${newer},${older}`) };
  expect(await rotateKeys(ports)).toEqual({ accounts: 30, subscriptions: 1, failed: [] });
  const only = createSecretCipher(newer);
  for (const { sipUri, encryptedPassword, ...rest } of table.rows.values()) {
    expect(only.decryptSecret(encryptedPassword, passwordContext(sipUri))).toBe(`password of ${sipUri}`);
    // Nothing else of the account is another, so nobody signs it in anew.
    const { encryptedPassword: _old, sipUri: _same, ...before } = accountRecord(sipUri);
    expect(rest).toEqual(before);
  }
  expect(createDecryptSubscription(only)(current(), 0)).toMatchObject({ headers: { 'X-Key': 'k' }, secret: 'whsec_1' });
  // A second time there is nothing to do.
  expect(await rotateKeys(ports)).toEqual({ accounts: 0, subscriptions: 0, failed: [] });
});

test('what no key decrypts is named, and stays as it is', async () => {
  const { table, subscriptions } = await storedUnder(keyOf('x'));
  const { accounts, failed } = await rotateKeys({ table, subscriptions, cipher: createSecretCipher(newer) });
  expect(accounts).toBe(0);
  expect(failed.map(({ what }) => what).sort()).toEqual([...sipUris, 'sub_1'].sort());
  expect(failed[0]?.reason).toMatch(/^RELAY_ENCRYPTION_KEY lacks the key/);
});
