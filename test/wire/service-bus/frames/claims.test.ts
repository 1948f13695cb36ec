import { DEFAULT_KEY } from '../../../../infra/local/service-bus/startServiceBus';
import { openRawBus, type RawBus } from './rawBus';
import { allBorders, attachFrame, signature } from './rawClient';

describe.each(allBorders)('claims, %s', (borders) => {
  let raw: RawBus;
  beforeAll(async () => {
    raw = await openRawBus(borders);
  });
  afterAll(() => raw.close());

  test('a shared access signature is known by itself, whatever type its sender calls it', async () => {
    const client = await raw.stranger();
    const reply = await client.putToken(signature('sb://localhost', DEFAULT_KEY), 'sb://localhost', 'jwt');
    expect(reply.get('status-code')?.value).toBe(202);
  });

  test('a token that is no shared access signature is refused', async () => {
    const client = await raw.stranger();
    const reply = await client.putToken('eyJhbGciOiJub25lIn0.e30.', 'sb://localhost', 'jwt');
    expect(reply.get('status-code')?.value).toBe(401);
  });

  test('a claim for an entity that is not there is answered 404', async () => {
    const client = await raw.stranger();
    const reply = await client.putToken(signature('sb://localhost/nobody', DEFAULT_KEY), 'sb://localhost/nobody');
    expect(reply.get('status-code')?.value).toBe(404);
  });

  test.each([
    'sb://localhost/sending',
    'sb://localhost:5672/Sending/',
    'amqps://localhost/sending',
    'https://localhost:5671/sending?api-version=2021-05',
    'http://localhost/sending#part',
    'localhost:5300/sending',
    'contoso.servicebus.windows.net/sending',
    'localhost:5300',
    'sb://localhost/sending/$management',
  ])('a signature over %s is good for that entity', async (resource) => {
    const client = await raw.stranger();
    const reply = await client.putToken(signature(resource, DEFAULT_KEY), resource);
    expect(reply.get('status-code')?.value).toBe(202);
    const address = resource.includes('$management') ? 'sending/$management' : 'sending';
    await client.send(attachFrame({ handle: 1, target: address }));
    const { fields } = await client.next('attach');
    expect(fields[6]?.value).not.toBeNull();
  });

  test('a signature over one entity is not good for another', async () => {
    const client = await raw.stranger();
    await client.putToken(signature('https://localhost/sending?x=1', DEFAULT_KEY), 'sb://localhost/sending');
    await client.send(attachFrame({ handle: 1, target: 'receiving' }));
    const { fields } = await client.next('detach');
    expect(JSON.stringify(fields[2])).toContain('amqp:unauthorized-access');
  });
});
