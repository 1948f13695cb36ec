import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InvokeFunction } from '../app/invokeFunction';
import type { StreamServer } from '../app/startLibrary';
import type { HostLog } from '../hostLog';
import { answerAdmin, type AdminSubjects } from './adminRoutes';
import { callFunction } from './callFunction';
import { createFindHttpFunction } from './findHttpFunction';
import { carriesKey } from './functionKey';
import type { HttpFunction } from './httpFunction';
import { toHttpCall } from './requestData';
import { streamCall } from './streamCall';
import { writeStatus } from './writeResponse';

/** What the host's server needs. */
export interface HttpHandlerOptions {
  readonly httpFunctions: readonly HttpFunction[];
  readonly admin: AdminSubjects;
  readonly functionsKey: string;
  readonly maxBodyBytes: number;
  readonly streamServer: StreamServer | undefined;
  readonly invoke: InvokeFunction;
  readonly log: HostLog;
}

/** The listener for the host's server: 404 for what is no route, 401 without the key where one is needed, else the function's answer. */
export function createHttpHandler(
  options: HttpHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { admin, functionsKey, streamServer, invoke, log, maxBodyBytes } = options;
  const find = createFindHttpFunction(options.httpFunctions);

  return (request, response) => {
    const call = toHttpCall(request);
    const hasKey = (): boolean => carriesKey(functionsKey, request.headers, call.query);
    if (/^\/admin(\/|$)/i.test(call.path)) {
      if (hasKey()) answerAdmin(call, response, admin);
      else refuse(request, response, 401);
      return;
    }
    const target = find(call.method, call.path);
    if (target === undefined) refuse(request, response, 404);
    else if (target.httpFunction.needsKey && !hasKey()) refuse(request, response, 401);
    else if (streamServer === undefined) void callFunction(call, response, target, { invoke, maxBodyBytes });
    else void streamCall(call, response, target, { streamServer, invoke, log });
  };
}

/** The body is read off, so that the connection can be used again. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  request.resume();
  writeStatus(response, status);
}
