import { join } from 'node:path';
import { indexFunctions } from '../../../infra/local/functions-host/indexFunctions';
import { apiRoutes } from '../../../shared/http/documents/routes';

/** Routes whose function is still to be written; whoever writes it takes its line away. */
const awaited: readonly string[] = [
  'POST /webhook-subscriptions',
  'GET /webhook-subscriptions',
  'GET /webhook-subscriptions/{id}',
  'PATCH /webhook-subscriptions/{id}',
  'DELETE /webhook-subscriptions/{id}',
  'POST /webhook-subscriptions/{id}/test',
  'POST /webhook-subscriptions/{id}/rotate-secret',
  'POST /webhook-subscriptions/{id}/recover',
  'GET /webhook-subscriptions/{id}/deliveries',
  'POST /webhook-subscriptions/{id}/deliveries/{deliveryId}/redeliver',
];

/** The app as the host finds it: each HTTP function's methods and route, with whether it asks for a key. */
async function indexedRoutes(): Promise<{ readonly route: string; readonly authLevel: unknown }[]> {
  const functions = await indexFunctions(join(__dirname, '../../..'));
  return functions
    .filter(({ type }) => type === 'httpTrigger')
    .flatMap(({ route = '', trigger }) => (trigger['methods'] as string[]).map((method) => ({ route: `${method.toUpperCase()} ${route.replace(/^api/, '')}`, authLevel: trigger['authLevel'] })));
}

describe('the route table', () => {
  it('has exactly the routes that the host finds, and asks for a key where they do', async () => {
    const documented = (await apiRoutes()).map(({ method, path, role }) => ({ route: `${method.toUpperCase()} ${path}`, authLevel: role === 'anonymous' ? 'anonymous' : 'function' }));
    const expected = documented.filter(({ route }) => !awaited.includes(route));
    const byRoute = (one: { route: string }, other: { route: string }): number => (one.route < other.route ? -1 : 1);
    expect((await indexedRoutes()).sort(byRoute)).toEqual(expected.sort(byRoute));
  });

  it('awaits only what it has', async () => {
    const documented = (await apiRoutes()).map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(awaited.filter((route) => !documented.includes(route))).toEqual([]);
  });
});
