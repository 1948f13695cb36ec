import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InvokeFunction } from '../app/invokeFunction';
import { answerAdmin, type AdminSubjects } from './adminRoutes';
import { callFunction } from './callFunction';
import { createFindHttpFunction } from './findHttpFunction';
import { forwardRequest, isForwarded, type Forward } from './forward';
import { carriesKey } from './functionKey';
import type { HttpFunction } from './httpFunction';
import { toHttpCall } from './requestData';
import { writeStatus } from './writeResponse';

/** What the host's server needs. */
export interface HttpHandlerOptions {
  readonly httpFunctions: readonly HttpFunction[];
  readonly admin: AdminSubjects;
  readonly functionsKey: string;
  readonly maxBodyBytes: number;
  readonly invoke: InvokeFunction;
  readonly forward?: Forward | undefined;
}

/**
 * The listener for the host's server: 400 for what Azure's server does not read, 404 for what is no route, 401
 * without the key where one is needed, else the function's answer.
 */
export function createHttpHandler(
  options: HttpHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { admin, functionsKey, invoke, maxBodyBytes, forward } = options;
  const find = createFindHttpFunction(options.httpFunctions);

  return (request, response) => {
    const call = toHttpCall(request);
    if (call === undefined) {
      refuse(request, response, 400);
      return;
    }
    if (call.path === '/') {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Your Functions host is up and running.</p>');
      return;
    }
    const hasKey = (): boolean => carriesKey(functionsKey, request.headers, call.query);
    if (/^\/admin(\/|$)/i.test(call.path)) {
      if (hasKey()) answerAdmin(call, response, admin);
      else refuse(request, response, 401);
      return;
    }
    if (forward !== undefined && isForwarded(call, forward)) {
      forwardRequest(call, response, forward);
      return;
    }
    const target = find(call.method, call.path);
    if (target === undefined) refuse(request, response, 404);
    else if (target.httpFunction.needsKey && !hasKey()) refuse(request, response, 401);
    else void callFunction(call, response, target, { invoke, maxBodyBytes });
  };
}

/** The body is read off, so that the connection can be used again. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  request.resume();
  writeStatus(response, status);
}
