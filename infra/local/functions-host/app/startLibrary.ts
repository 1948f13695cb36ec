import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server } from 'node:net';
import type { FunctionApp } from './functionApp';

/** The server that `@azure/functions` runs when the app has switched HTTP streaming on: requests are forwarded to it. */
export interface StreamServer {
  readonly port: number;
  /** The response that belongs to an invocation, from the moment its request has arrived there until it is closed. */
  responseOf(invocationId: string): ServerResponse | undefined;
  close(): void;
}

/** Carries the invocation from the host to the library's server, which matches request and invocation by it. */
export const INVOCATION_ID_HEADER = 'x-ms-invocation-id';

/**
 * Ends the app's start: from now on nothing registers, and `app.setup` is locked. Resolves to the library's server
 * when the app streams HTTP, else to undefined.
 */
export async function startLibrary(app: FunctionApp): Promise<StreamServer | undefined> {
  const model = app.programmingModel();
  if (model === undefined) throw new Error('The app has set no programming model.');
  app.lock();
  const { result: capabilities, servers } = listeningOnLoopback(() => model.getCapabilities({}));
  const { HttpUri: httpUri } = await capabilities;
  const server = servers[0];
  return httpUri === undefined || server === undefined ? undefined : observe(server, Number(new URL(httpUri).port));
}

/** The library lets its server listen on every interface of the machine. While `start` runs, what listens without naming one gets loopback. */
function listeningOnLoopback<T>(start: () => T): { readonly result: T; readonly servers: readonly Server[] } {
  const servers: Server[] = [];
  const prototype = Server.prototype as { listen: (...args: unknown[]) => unknown };
  const { listen } = prototype;
  prototype.listen = new Proxy(listen, {
    apply: (original, server: Server, args: unknown[]) => {
      servers.push(server);
      return Reflect.apply(
        original,
        server,
        typeof args[0] === 'function' ? [{ port: 0, host: '127.0.0.1' }, ...args] : args,
      );
    },
  });
  try {
    return { result: start(), servers };
  } finally {
    prototype.listen = listen;
  }
}

function observe(server: Server, port: number): StreamServer {
  const responses = new Map<string, ServerResponse>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const invocationId = request.headers[INVOCATION_ID_HEADER];
    if (typeof invocationId !== 'string') return;
    responses.set(invocationId, response);
    response.once('close', () => responses.delete(invocationId));
  });
  return {
    port,
    responseOf: (invocationId) => responses.get(invocationId),
    close: () => {
      server.close();
    },
  };
}
