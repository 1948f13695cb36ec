import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { causeOf } from '../errors/causeOf';
import { toRelayError } from '../errors/relayError';
import { createLog, type Log } from '../telemetry/log';
import { activeTraceId } from '../telemetry/trace';
import { authenticate, type AuthenticationPorts, type Caller } from './identity/authenticate';
import { toProblemResponse } from './problem';
import type { Role } from './identity/tokenVerifier';

/** What every endpoint needs of the app. */
export interface EndpointPorts {
  readonly authentication: AuthenticationPorts;
  readonly limit: (caller: string) => void;
  readonly log: Log;
}

export type Endpoint<Ports> = (
  request: HttpRequest,
  ports: Ports,
  caller: Caller,
  signal: AbortSignal,
) => Promise<HttpResponseInit>;

/** Well under the 230 seconds after which Azure's front end gives up (Azure Functions, "HTTP trigger", Limits). */
const REQUEST_TIMEOUT_MS = 100_000;

/**
 * An HTTP handler of the platform from an endpoint of ours: builds the app on first use, authenticates, limits the caller's
 * rate, and turns every error into a problem document. Always answers: a handler that throws would leave the caller waiting.
 * @param ports throws `settingsInvalid` when the app cannot be built.
 * @param bucket stands before the caller's name where the rate of this endpoint is counted by itself.
 */
export function toHandler<Ports extends EndpointPorts>(
  ports: () => Ports,
  role: Role,
  endpoint: Endpoint<Ports>,
  bucket = '',
): HttpHandler {
  return toAnonymousHandler(ports, async (request, app, signal) => {
    const caller = await authenticate(request, role, app.authentication);
    app.limit(`${bucket}${caller.name}`);
    return endpoint(request, app, caller, signal);
  });
}

/** As toHandler, without a limit of the rate: for a request that is held, which pages repeat as soon as it is answered. */
export function toUnlimitedHandler<Ports extends EndpointPorts>(
  ports: () => Ports,
  role: Role,
  endpoint: Endpoint<Ports>,
): HttpHandler {
  return toAnonymousHandler(ports, async (request, app, signal) =>
    endpoint(request, app, await authenticate(request, role, app.authentication), signal),
  );
}

/** As toHandler, for entry points that need no key: the link itself says what its holder may do. */
export function toAnonymousHandler<Ports>(
  ports: () => Ports,
  endpoint: (request: HttpRequest, ports: Ports, signal: AbortSignal) => Promise<HttpResponseInit>,
): HttpHandler {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    try {
      return await endpoint(request, ports(), AbortSignal.timeout(REQUEST_TIMEOUT_MS));
    } catch (error) {
      const known = toRelayError(error);
      if (known.code === 'internal') {
        const log = createLog((level, line) => context[level](line), activeTraceId);
        log.error('requestFailed', { cause: causeOf(known) });
      }
      return toProblemResponse(known, context.invocationId);
    }
  };
}

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpResponseInit {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}
