import type { TokenCredential } from '@azure/identity';
import { openServiceBus } from '../../../shared/messaging/openServiceBus';

describe('openServiceBus', () => {
  const credential: TokenCredential = { getToken: () => Promise.resolve(null) };

  it.each([
    [
      'a connection string without asking for an identity',
      { connectionString: 'Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=b' },
      0,
    ],
    ['a namespace by identity', { name: 'contoso.servicebus.windows.net', clientId: undefined }, 1],
  ])('makes a client for %s', async (_what, connection, asked) => {
    const ask = jest.fn(() => credential);

    const client = await openServiceBus(connection, ask);
    await client.close();

    expect(client.fullyQualifiedNamespace).toBe('contoso.servicebus.windows.net');
    expect(ask).toHaveBeenCalledTimes(asked);
  });
});
