import { z } from 'zod';
import type { IndexedFunction } from '../app/trigger';
import type { BindingInfo } from '../worker/functionsCore';
import { joinRoute } from '../app/describeFunction';
import { triggerOf } from '../app/trigger';
import { errorLine, type HostLog } from '../hostLog';
import { parseRouteTemplate, type RouteTemplate } from './routeTemplate';

const httpBinding = z.object({
  route: z.string().optional(),
  methods: z.array(z.string().transform((method) => method.toUpperCase())).default(['GET', 'POST']),
  authLevel: z
    .string()
    .transform((level) => level.toLowerCase())
    .pipe(z.enum(['anonymous', 'function', 'admin']))
    .default('function'),
});

/** A function that HTTP requests invoke. */
export interface HttpFunction {
  readonly registered: IndexedFunction;
  /** With the prefix, without a slash in front: `api/invitations/{id}`. */
  readonly route: string;
  readonly template: RouteTemplate;
  /** In capitals. */
  readonly methods: readonly string[];
  readonly needsKey: boolean;
}

/** The HTTP functions among the given ones. One whose route or level is not known is one line in the log, and not found by requests. */
export function toHttpFunctions(
  functions: readonly IndexedFunction[],
  routePrefix: string,
  log: HostLog,
): HttpFunction[] {
  return functions.flatMap((registered) => {
    const { type, binding } = triggerOf(registered.metadata);
    if (type !== 'httpTrigger') return [];
    try {
      return [toHttpFunction(registered, binding, routePrefix)];
    } catch (error) {
      log({
        level: 'error',
        functionName: registered.metadata.name,
        message: `The function does not run: ${errorLine(error)}`,
      });
      return [];
    }
  });
}

/** Its route is its name unless it has one. */
function toHttpFunction(registered: IndexedFunction, binding: BindingInfo, routePrefix: string): HttpFunction {
  const { route: ownRoute = registered.metadata.name, methods, authLevel } = httpBinding.parse(binding);
  const route = joinRoute(routePrefix, ownRoute);
  return { registered, route, template: parseRouteTemplate(route), methods, needsKey: authLevel !== 'anonymous' };
}
