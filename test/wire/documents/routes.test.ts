import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DescribedFunction } from '../../../infra/local/functions-host/app/describeFunction';
import { indexFunctions } from '../../../infra/local/functions-host/indexFunctions';
import { matchRoute, parseRouteTemplate } from '../../../infra/local/functions-host/http/routeTemplate';
import { apiRoutes } from '../../../shared/http/documents/routes/routes';

async function httpFunctions(): Promise<readonly DescribedFunction[]> {
  return (await indexFunctions(join(__dirname, '../../..'))).filter(({ type }) => type === 'httpTrigger');
}

/**
 * The API as the host finds it: each HTTP function's methods and route, with whether it asks for a key. The console's page and
 * what serves it alone are no part of the API, nor is what takes every other route.
 */
async function indexedRoutes(): Promise<{ readonly route: string; readonly authLevel: unknown }[]> {
  return (await httpFunctions())
    .filter(({ name, route = '' }) => name !== 'wrongRoute' && !/^api\/console\//.test(route))
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

describe('the names of the functions', () => {
  it('bring each route before every route that takes it too: the host sorts by name', async () => {
    const functions = [...(await httpFunctions())].sort((one, other) =>
      one.name.toUpperCase() < other.name.toUpperCase() ? -1 : 1,
    );
    const taken = functions.flatMap(({ name, route = '', trigger }) =>
      (trigger['methods'] as string[]).map((method) => {
        const path = route.replaceAll(/\{\*?\w+\}/g, 'some-value');
        const first = functions.find(
          (one) => (one.trigger['methods'] as string[]).includes(method) && takes(one.route ?? '', path),
        );
        return { route: `${method} ${route}`, by: name, isTakenBy: first?.name };
      }),
    );
    expect(taken.filter(({ by, isTakenBy }) => by !== isTakenBy)).toEqual([]);
    expect(functions.at(-1)?.name).toBe('wrongRoute');
  });
});

function takes(route: string, path: string): boolean {
  return matchRoute(parseRouteTemplate(route), path.split('/')) !== undefined;
}
