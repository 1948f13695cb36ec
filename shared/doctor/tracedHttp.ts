import type { Clock } from '../clock';
import { toRelayError, type RelayError } from '../errors/relayError';
import type { UcwaHttp } from '../ucwa/http';
import type { HttpResponse } from '../ucwa/httpResponse';

/** One request as it went over the wire. Its headers and body are not kept: they hold the password and the ticket. */
export interface TracedExchange {
  readonly method: string;
  readonly url: URL;
  /** To the web ticket service: with the password in it. */
  readonly isTokenRequest: boolean;
  readonly sentAtMs: number;
  readonly endedAtMs: number;
  readonly result: HttpResponse | RelayError;
}

/** All exchanges so far, in the order in which they ended. */
export type Trace = readonly TracedExchange[];

/**
 * The relay's own HTTP, watched: the doctor lets the relay's code sign in and then reads from the trace what the
 * servers had said, so that what is checked is what will run.
 */
export function traceHttp(http: UcwaHttp, clock: Clock): { readonly http: UcwaHttp; readonly trace: Trace } {
  const trace: TracedExchange[] = [];
  return {
    trace,
    http: {
      async request(request) {
        const sentAtMs = clock.now();
        const keep = (result: HttpResponse | RelayError): void => {
          const isTokenRequest =
            request.headers?.['Content-Type']?.startsWith('application/x-www-form-urlencoded') === true;
          trace.push({
            method: request.method,
            url: new URL(request.url),
            isTokenRequest,
            sentAtMs,
            endedAtMs: clock.now(),
            result,
          });
        };
        try {
          const response = await http.request(request);
          keep(response);
          return response;
        } catch (error) {
          keep(toRelayError(error));
          throw error;
        }
      },
      close: () => http.close(),
    },
  };
}

/** The answer, where there was one. */
export function responseOf({ result }: TracedExchange): HttpResponse | undefined {
  return 'status' in result ? result : undefined;
}
