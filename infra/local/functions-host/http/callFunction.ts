import type { ServerResponse } from 'node:http';
import type { InvokeFunction } from '../app/invokeFunction';
import { createTraceContext } from '../app/traceContext';
import type { HttpFunction } from './httpFunction';
import { readBody } from './readBody';
import { toRequestData, type HttpCall } from './requestData';
import type { RouteParams } from './routeTemplate';
import { writeResponse, writeStatus } from './writeResponse';

/**
 * Handles a call: reads the whole body, invokes the function, writes what it returned. A body over the limit is 500;
 * what the handler throws is 500 without a body; a client that goes away before its body
 * is complete invokes nothing, and one that goes away later is not told to the function, as in Azure.
 */
export async function callFunction(
  call: HttpCall,
  response: ServerResponse,
  target: { readonly httpFunction: HttpFunction; readonly params: RouteParams },
  host: { readonly invoke: InvokeFunction; readonly maxBodyBytes: number },
): Promise<void> {
  const body = await readBody(call.request, host.maxBodyBytes);
  if ('problem' in body) {
    // What is left of the body is not worth reading.
    if (body.problem === 'tooLarge') writeStatus(response.setHeader('Connection', 'close'), 500);
    return;
  }
  const http = toRequestData(call, target.params, body.bytes);
  try {
    const traceContext = createTraceContext(http.headers?.traceparent, http.headers?.tracestate);
    writeResponse(response, await host.invoke(target.httpFunction.registered, { data: { http }, traceContext }));
  } catch {
    writeStatus(response, 500);
  }
}
