import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Clock } from '../../clock';
import { VERSION } from '../../version';
import { json } from '../endpoint';

export interface ConsoleSessionPorts {
  /** Where the page can have the simulator ring and fail; undefined but in the local stack. */
  readonly localControl: string | undefined;
  readonly clock: Clock;
}

/** `GET /console/session`: how the page signs in and where it finds the API. Anonymous, and without data. */
export function consoleSessionEndpoint(
  _request: HttpRequest,
  { localControl, clock }: ConsoleSessionPorts,
): Promise<HttpResponseInit> {
  return Promise.resolve(
    json(200, {
      signIn: 'key',
      api: '/api',
      person: null,
      local: localControl !== undefined,
      ...(localControl !== undefined && { localControl }),
      version: VERSION,
      now: new Date(clock.now()).toISOString(),
    }),
  );
}
