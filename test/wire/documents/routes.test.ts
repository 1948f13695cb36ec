import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexFunctions } from '../../../infra/local/functions-host/indexFunctions';
import { apiRoutes } from '../../../shared/http/documents/routes/routes';

/**
 * The API as the host finds it: each HTTP function's methods and route, with whether it asks for a key. The console's page and
 * what serves it alone are no part of the API.
 */
async function indexedRoutes(): Promise<{ readonly route: string; readonly authLevel: unknown }[]> {
  const functions = await indexFunctions(join(__dirname, '../../..'));
  return functions
    .filter(({ type, route = '' }) => type === 'httpTrigger' && !/^api\/console\//.test(route))
    .flatMap(({ route = '', trigger }) =>
      (trigger['methods'] as string[]).map((method) => ({
        route: `${method.toUpperCase()} ${route.replace(/^api/, '')}`,
        authLevel: trigger['authLevel'],
      })),
    );
}

/** The role that each function asks for, by its route, from its own file; no role where it asks for none. */
function rolesOfFunctions(): Readonly<Record<string, string>> {
  const folder = join(__dirname, '../../../functions');
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  return Object.fromEntries(
    sources.flatMap((source) => {
      const route = /route: '([^']+)'/.exec(source)?.[1];
      const method = /methods: \['(\w+)'\]/.exec(source)?.[1];
      const role = /to(?:Unlimited)?Handler\(getApp, '([\w.]+)'/.exec(source)?.[1];
      return route === undefined || method === undefined || role === undefined ? [] : [[`${method} /${route}`, role]];
    }),
  );
}

describe('the route table', () => {
  it('has the roles that the functions ask for', async () => {
    const documented = (await apiRoutes()).map(({ method, path, role }) => [`${method.toUpperCase()} ${path}`, role]);
    expect(Object.fromEntries(documented)).toMatchObject(rolesOfFunctions());
    expect(Object.keys(rolesOfFunctions()).length).toBeGreaterThan(20);
  });

  it('has exactly the routes that the host finds, and asks for a key where they do', async () => {
    const documented = (await apiRoutes()).map(({ method, path, role }) => ({
      route: `${method.toUpperCase()} ${path}`,
      authLevel: role === 'anonymous' ? 'anonymous' : 'function',
    }));
    const byRoute = (one: { route: string }, other: { route: string }): number => (one.route < other.route ? -1 : 1);
    expect((await indexedRoutes()).sort(byRoute)).toEqual(documented.sort(byRoute));
  });
});
