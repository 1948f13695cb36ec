import type { HttpHandler } from '@azure/functions';
import { RelayError } from '../../errors/relayError';
import { toProblemResponse } from '../problem';

/** Longer paths are told shortened. */
const SHOWN_LENGTH = 200;

/**
 * Answers what no route takes, with a problem document: 405 with `Allow` (RFC 9110, section 15.5.6) where the path has other
 * methods, else 404. Asks for no key and builds no app: the answer is in the public API document.
 */
export const wrongRouteHandler: HttpHandler = async (request, context) => {
  const path = `/${request.params.path ?? ''}`;
  const methods = await methodsOf(path);
  const shown = `${request.method} /api${path.slice(0, SHOWN_LENGTH)}`;
  if (methods.length === 0 || methods.includes(request.method)) {
    const detail = `There is no route ${shown}. GET /api/openapi.json lists the routes.`;
    return toProblemResponse(new RelayError('notFound', detail), context.invocationId);
  }
  const detail = `There is no route ${shown}. This path takes ${methods.join(' or ')}.`;
  const error = new RelayError('methodNotAllowed', detail);
  return toProblemResponse(error, context.invocationId, { allow: methods.join(', ') });
};

/** The methods of a path by the route table, which is loaded at the first request: a start of the app pays nothing for it. */
async function methodsOf(path: string): Promise<readonly string[]> {
  const { apiRoutes } = await import('./routes/routes');
  const routes = (await apiRoutes()).filter((route) => toPattern(route.path).test(path));
  return [...new Set(routes.map(({ method }) => method.toUpperCase()))].sort();
}

/** The host compares without regard to case, and a slash at the end does not matter. */
function toPattern(template: string): RegExp {
  const segments = template.split(/\{\w+\}/).map((literal) => literal.replaceAll('.', '\\.'));
  return new RegExp(`^${segments.join('[^/]+')}/?$`, 'i');
}
