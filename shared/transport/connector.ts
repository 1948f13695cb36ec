import { connect as connectPlainly, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectSecurely, type SecureContext } from 'node:tls';
import { LRUCache } from 'lru-cache';
import type { buildConnector } from 'undici';

/** TCP probes on a waiting long poll, so that no firewall on the way forgets it and a dead peer is noticed. */
const TCP_KEEP_ALIVE_MS = 30_000;
/** Servers whose last TLS session is kept. */
const MAX_SESSIONS = 1_000;

export interface ConnectorOptions {
  readonly trust: SecureContext;
  /** Finds the addresses of a name, which are tried in this order; not asked for a literal address. Default: the system's. */
  readonly lookup?: LookupFunction;
}

/**
 * Opens a connection and reports whether it is there; what it reports after the first time has no meaning. What it returns can
 * be destroyed before. @param addressMs how long each address is tried before the next one (happy eyeballs, RFC 8305).
 */
export type Connect = (options: buildConnector.Options, report: buildConnector.Callback, addressMs: number) => Socket;

/**
 * A connector for HTTP/1.1 over TCP and TLS, with the last TLS session of each server: the next connection to it needs no
 * certificates and no signatures. undici's own connector does not hand out what it is connecting, so that nothing could end
 * it before its time-out.
 */
export function createConnector({ trust, lookup }: ConnectorOptions): Connect {
  const sessions = new LRUCache<string, Buffer>({ max: MAX_SESSIONS });

  const openSecurely = (to: ReturnType<typeof addressOf>): Socket => {
    const server = `${to.host}:${to.port}`;
    // A server compares SNI with its own name, which has no dot at its end.
    const servername = isIP(to.host) === 0 ? to.host.replace(/\.$/, '') : '';
    const session = sessions.get(server);
    const forget = (): void => void sessions.delete(server);
    const socket = connectSecurely({
      ...to,
      secureContext: trust,
      servername,
      session,
      ALPNProtocols: ['http/1.1'],
    });
    // Of a connection that was made, undici reports any end as an error.
    return socket
      .on('session', (fresh: Buffer) => void sessions.set(server, fresh))
      .once('error', forget)
      .once('secureConnect', () => socket.off('error', forget));
  };

  const addressOf = (host: string, port: number, addressMs: number) => ({
    host,
    port,
    ...(lookup !== undefined && { lookup }),
    autoSelectFamily: true,
    // Node.js takes whole milliseconds, from one.
    autoSelectFamilyAttemptTimeout: Math.max(1, Math.ceil(addressMs)),
  });

  return ({ protocol, hostname, port }, report, addressMs) => {
    const isSecure = protocol === 'https:';
    const to = addressOf(hostname, Number(port || (isSecure ? 443 : 80)), addressMs);
    const socket = isSecure ? openSecurely(to) : connectPlainly(to);
    return (
      socket
        .setNoDelay(true)
        .setKeepAlive(true, TCP_KEEP_ALIVE_MS)
        // For good: until undici listens itself, an error that nobody hears would end the process.
        .on('error', (error) => report(error, null))
        .once(isSecure ? 'secureConnect' : 'connect', () => report(null, socket))
    );
  };
}
