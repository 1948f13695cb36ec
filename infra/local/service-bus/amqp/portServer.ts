import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** A TLS record begins with its type, here "handshake" (RFC 8446, 5.1). */
const TLS_HANDSHAKE = 0x16;

/** A connection that says nothing is not HTTP: every request begins with a capital letter other than AMQP's. */
const HTTP_FIRST_BYTES = new Set(Buffer.from('CDGHOPT'));

export interface PortServerOptions {
  /** Undefined: who begins with TLS is dropped. */
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
  /** A connection that speaks AMQP, or what is neither TLS nor HTTP. */
  readonly onAmqp: (socket: Socket) => void;
  readonly log: (line: string) => void;
}

/** A server that speaks AMQP, the same within TLS, and HTTP to say what it does not do: the first byte decides. */
export function createPortServer({ certificate, onAmqp, log }: PortServerOptions): Server {
  const http = createHttpServer(answerHttp);
  const tls =
    certificate === undefined
      ? undefined
      : createTlsServer({ ...certificate, minVersion: 'TLSv1.2' }, (socket) => {
          onFirstByte(socket, (first) => route(socket, first));
        });
  tls?.on('tlsClientError', (error) => log(`dropped a connection: ${error.message}`));
  const route = (socket: Socket, first: number): void => {
    if (HTTP_FIRST_BYTES.has(first)) http.emit('connection', socket);
    else onAmqp(socket);
  };
  return createServer({ noDelay: true }, (socket) => {
    onFirstByte(socket, (first) => {
      if (first !== TLS_HANDSHAKE) route(socket, first);
      else if (tls !== undefined) tls.emit('connection', socket);
      else {
        log('dropped a connection: it speaks TLS, and there is no certificate');
        socket.destroy();
      }
    });
  });
}

/** Looks at the first byte and leaves it where it is. */
function onFirstByte(socket: Socket, decide: (first: number) => void): void {
  const ignore = (): void => undefined;
  socket.on('error', ignore);
  socket.once('readable', () => {
    const chunk = socket.read() as Buffer | null;
    const first = chunk?.[0];
    if (chunk === null || first === undefined) return; // it ended without a word
    socket.unshift(chunk);
    decide(first);
    socket.off('error', ignore);
  });
}

const NOT_SUPPORTED = 'is not supported by this local Service Bus.';

function answerHttp(request: IncomingMessage, response: ServerResponse): void {
  const what =
    request.headers.upgrade === undefined
      ? `The administration API ${NOT_SUPPORTED} Entities come from its Config.json.`
      : `AMQP over WebSockets ${NOT_SUPPORTED} Connect by AMQP over TCP, plain or with TLS, on this same port.`;
  request.resume();
  response.writeHead(501, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(what);
}
