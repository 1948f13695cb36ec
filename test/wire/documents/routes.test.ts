import { join } from 'node:path';
import { indexFunctions } from '../../../infra/local/functions-host/indexFunctions';
import { apiRoutes } from '../../../shared/http/documents/routes/routes';

/** The app as the host finds it: each HTTP function's methods and route, with whether it asks for a key. */
async function indexedRoutes(): Promise<{ readonly route: string; readonly authLevel: unknown }[]> {
  const functions = await indexFunctions(join(__dirname, '../../..'));
  return functions
    .filter(({ type }) => type === 'httpTrigger')
    .flatMap(({ route = '', trigger }) =>
      (trigger['methods'] as string[]).map((method) => ({
        route: `${method.toUpperCase()} ${route.replace(/^api/, '')}`,
        authLevel: trigger['authLevel'],
      })),
    );
}

describe('the route table', () => {
  it('has exactly the routes that the host finds, and asks for a key where they do', async () => {
    const documented = (await apiRoutes()).map(({ method, path, role }) => ({
      route: `${method.toUpperCase()} ${path}`,
      authLevel: role === 'anonymous' ? 'anonymous' : 'function',
    }));
    const byRoute = (one: { route: string }, other: { route: string }): number => (one.route < other.route ? -1 : 1);
    expect((await indexedRoutes()).sort(byRoute)).toEqual(documented.sort(byRoute));
  });
});
