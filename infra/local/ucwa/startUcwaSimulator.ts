import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock } from '../../../shared/clock';
import { silentLog, type Log } from '../../../shared/telemetry/log';
import { answer } from './http/answer';
import { readExchange } from './http/exchange';
import { refusal } from './http/reply';
import { sendReply } from './http/sendReply';
import { cutWhenIdle, type IdleCut } from './proxy/idleCut';
import { UcwaSimulator } from './ucwaSimulator';

export interface UcwaSimulatorOptions {
  /** On 127.0.0.1; default 0, any free port. */
  readonly port?: number;
  /** Default the machine's own. */
  readonly clock?: Clock;
  /** Default silent. */
  readonly log?: Log;
  /** Overrides the time-out that clients ask of the event channel (180 s and more), so that tests need not wait so long. */
  readonly pollTimeoutSeconds?: number;
  /** Something between cuts polls that wait. Default: nothing does. */
  readonly idleCut?: IdleCut | undefined;
  /** The origins that the pool lets in. Default: none, as for server clients. */
  readonly allowedOrigins?: readonly string[];
}

export interface RunningUcwaSimulator {
  /** The discovery root: `http://127.0.0.1:<port>/`. */
  readonly url: string;
  readonly port: number;
  /** The same that the control routes drive, for tests in this process. */
  readonly simulator: UcwaSimulator;
  /** Ends every connection and everything still to come. */
  close(): Promise<void>;
}

/** Starts UCWA on this machine, over plain HTTP. Rejects when the port is taken (`EADDRINUSE`). */
export async function startUcwaSimulator(options: UcwaSimulatorOptions = {}): Promise<RunningUcwaSimulator> {
  const { port = 0, clock = systemClock, log = silentLog, pollTimeoutSeconds, idleCut, allowedOrigins = [] } = options;
  const simulator = new UcwaSimulator({ clock, pollTimeoutSeconds });
  simulator.allowedOrigins = allowedOrigins;
  simulator.onEvent(({ account, type, rel, href, state }) =>
    log.info('eventEmitted', { account, type, rel, href, state }),
  );
  simulator.ledger.onCommand(({ account, action, href, status }) =>
    log.info('commandReceived', { account, action, href, status }),
  );

  const server = createServer({ noDelay: true, keepAliveTimeout: 120_000, requestTimeout: 0 }, (request, response) => {
    serve(simulator, request, response, idleCut).catch((error: unknown) => {
      log.error('requestFailed', { path: request.url ?? '', error: String(error) });
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = (server.address() as AddressInfo).port;

  return {
    url: `http://127.0.0.1:${bound}/`,
    port: bound,
    simulator,
    close: () =>
      new Promise((resolve) => {
        simulator.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  simulator: UcwaSimulator,
  request: IncomingMessage,
  response: ServerResponse,
  idleCut: IdleCut | undefined,
): Promise<void> {
  const exchange = await readExchange(request, response);
  if (exchange === undefined) {
    response
      .writeHead(413, { Connection: 'close' })
      .end(JSON.stringify(refusal(413, undefined, 'The body is too large.').body?.content));
    return;
  }
  if (idleCut !== undefined && isPoll(exchange.path)) cutWhenIdle(simulator.timerQueue, idleCut, response);
  const { reply, occasion } = await answer(simulator, exchange);
  await sendReply(simulator, exchange, response, reply, occasion);
}

const isPoll = (path: string): boolean => path.endsWith('/events');
