import type { HttpFunction } from './httpFunction';
import { compareRoutes, matchRoute, type RouteParams } from './routeTemplate';

/** Finds the function for a method and a path (encoded, without query); undefined where Azure answers 404. */
export type FindHttpFunction = (
  method: string,
  path: string,
) => { readonly httpFunction: HttpFunction; readonly params: RouteParams } | undefined;

/**
 * The method is part of the route, as in Azure: a known path with another method is not found, and a less particular
 * route that has the method is taken instead. A slash at the end does not matter.
 */
export function createFindHttpFunction(httpFunctions: readonly HttpFunction[]): FindHttpFunction {
  const sorted = [...httpFunctions].sort((a, b) => compareRoutes(a.template, b.template));
  return (method, path) => {
    const segments = path.replace(/^\/|\/$/g, '').split('/');
    for (const httpFunction of sorted) {
      if (!httpFunction.methods.includes(method)) continue;
      const params = matchRoute(httpFunction.template, segments);
      if (params !== undefined) return { httpFunction, params };
    }
    return undefined;
  };
}
