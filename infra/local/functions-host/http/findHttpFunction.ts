import type { HttpFunction } from './httpFunction';
import { matchRoute, type RouteParams } from './routeTemplate';

/** Finds the function for a method and a path (encoded, without query); undefined where Azure answers 404. */
export type FindHttpFunction = (
  method: string,
  path: string,
) => { readonly httpFunction: HttpFunction; readonly params: RouteParams } | undefined;

/**
 * The first function by name that has the method and whose route fits, as in Azure: the host sorts functions by name
 * without regard to case (azure-functions-host, `FunctionMetadataManager.LoadFunctionMetadata`) and adds their routes in that
 * order, with the method as a constraint (`WebScriptHostHttpRoutesManager`). A literal does not go before a parameter.
 * A slash at the end does not matter.
 */
export function createFindHttpFunction(httpFunctions: readonly HttpFunction[]): FindHttpFunction {
  const sorted = [...httpFunctions].sort((a, b) => (upperName(a) < upperName(b) ? -1 : 1));
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

function upperName({ registered }: HttpFunction): string {
  return registered.metadata.name.toUpperCase();
}
