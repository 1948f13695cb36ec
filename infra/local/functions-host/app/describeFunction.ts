import type { FunctionMetadata } from '../worker/functionsCore';
import { triggerOf } from './trigger';

/** A function of the app as the host knows it. */
export interface DescribedFunction {
  readonly name: string;
  /** For example `httpTrigger`, `timerTrigger`, `serviceBusTrigger`. */
  readonly type: string;
  /** Of an HTTP function, with the prefix: `api/invitations/{id}`. */
  readonly route?: string;
  /** The trigger as the app registered it, settings not resolved: `schedule`, `methods`, `queueName` and so on. */
  readonly trigger: Readonly<Record<string, unknown>>;
}

/** What the library adds to a binding for the host's use. */
const INTERNAL_OPTIONS = ['name', 'type', 'direction', 'properties'];

/** Describes a function without resolving or checking anything. */
export function describeFunction(metadata: FunctionMetadata, routePrefix: string): DescribedFunction {
  const { type, binding } = triggerOf(metadata);
  const trigger = Object.fromEntries(Object.entries(binding).filter(([option]) => !INTERNAL_OPTIONS.includes(option)));
  if (type !== 'httpTrigger') return { name: metadata.name, type, trigger };
  const route = typeof binding.route === 'string' ? binding.route : metadata.name;
  return { name: metadata.name, type, route: joinRoute(routePrefix, route), trigger };
}

/** Prefix and route without slashes at their ends, joined by one where both are there. */
export function joinRoute(routePrefix: string, route: string): string {
  return [routePrefix, route]
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/');
}
