import { randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { RpcTypedData } from '../app/functionsCore';
import type { InvokeFunction } from '../app/invokeFunction';
import { INVOCATION_ID_HEADER, type StreamServer } from '../app/startLibrary';
import { createTraceContext } from '../app/traceContext';
import { errorLine, type HostLog } from '../hostLog';
import type { HttpFunction } from './httpFunction';
import { originOf, toHeaders, type HttpCall } from './requestData';
import type { RouteParams } from './routeTemplate';
import { isFraming, writeStatus } from './writeResponse';

/**
 * Handles a call of an app that streams HTTP: the request goes to the library's own server and its answer comes from
 * there, while the invocation tells the library which function it is for. Headers and route parameters travel as
 * trigger metadata (azure-functions-host, issue 9840). When the client goes away, both streams are torn down.
 */
export async function streamCall(
  call: HttpCall,
  response: ServerResponse,
  target: { readonly httpFunction: HttpFunction; readonly params: RouteParams },
  host: { readonly streamServer: StreamServer; readonly invoke: InvokeFunction; readonly log: HostLog },
): Promise<void> {
  const { registered } = target.httpFunction;
  const invocationId = randomUUID();
  const headers = toHeaders(call.request);
  const upstream = forward(call, response, host.streamServer.port, invocationId);
  const complain = (message: string): void =>
    host.log({ level: 'error', functionName: registered.metadata.name, message });
  const fail = (): void => {
    upstream.off('error', onUpstreamError).on('error', () => undefined);
    upstream.destroy();
    writeStatus(response, 500);
  };
  const onUpstreamError = (error: Error): void => {
    if (response.destroyed) return;
    complain(`Streaming failed: ${errorLine(error)}`);
    fail();
  };
  upstream.on('error', onUpstreamError);

  try {
    await host.invoke(registered, {
      invocationId,
      data: { http: {} },
      triggerMetadata: { ...toTypedData(target.params), Headers: { json: JSON.stringify(headers) } },
      traceContext: createTraceContext(headers.traceparent, headers.tracestate),
    });
  } catch {
    fail();
    return;
  }
  if (host.streamServer.responseOf(invocationId)?.writableEnded === false) {
    complain('The handler returned no response. With HTTP streaming on, Azure would never answer this request.');
    fail();
  }
}

function forward(
  call: HttpCall,
  response: ServerResponse,
  port: number,
  invocationId: string,
): ReturnType<typeof httpRequest> {
  const { request, method } = call;
  const upstream = httpRequest({
    host: '127.0.0.1',
    port,
    method,
    path: request.url,
    agent: false,
    headers: {
      ...request.headers,
      [INVOCATION_ID_HEADER]: invocationId,
      'x-forwarded-host': originOf(request),
      'x-forwarded-proto': 'http',
    },
  });
  upstream.on('response', (answer: IncomingMessage) => {
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined && !isFraming(name)) response.setHeader(name, value);
    }
    response.writeHead(answer.statusCode ?? 502);
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
  return upstream;
}

const toTypedData = (params: RouteParams): Record<string, RpcTypedData> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }]));
