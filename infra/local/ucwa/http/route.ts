import type { Scope } from '../faults/faultTable';
import type { readAgain } from '../channel/eventChannel';
import type { UcwaSimulator } from '../ucwaSimulator';
import type { Exchange } from './exchange';
import type { Reply } from './reply';

/** A request that has found its route. */
export interface RoutedExchange extends Exchange {
  /** The path pattern's named groups, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Whose ticket the request bears; '' on a route that is open. */
  readonly account: string;
}

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly scope: Scope;
  /** No ticket is needed. */
  readonly open?: true;
  /** The list of the ledger that keeps such requests, whatever they are answered. */
  readonly ledger?: 'commands' | 'lifecycle' | 'tokenRequests';
  /** What the ledger calls it; default: the path's group `action`. */
  readonly action?: string;
  /** The same, where it depends on how things stand before the request is carried out. */
  readonly actionOf?: (simulator: UcwaSimulator, exchange: RoutedExchange) => string;
  answer(simulator: UcwaSimulator, exchange: RoutedExchange): Reply | Promise<Reply | typeof readAgain>;
}

export interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** The first route that fits. */
export function findRoute(routes: readonly Route[], { method, path }: Exchange): Found | undefined {
  for (const route of routes) {
    if (route.method !== method) continue;
    const match = route.path.exec(path);
    if (match === null) continue;
    const params = Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, value]) => [name, decode(value)]));
    return { route, params };
  }
  return undefined;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
