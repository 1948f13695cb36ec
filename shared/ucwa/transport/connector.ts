import { connect as connectPlainly, isIP, type Socket } from 'node:net';
import { connect as connectSecurely, type SecureContext } from 'node:tls';
import type { buildConnector } from 'undici';

const ADDRESS_MS = 2_000;
/** TCP probes on a waiting P-GET, so that no firewall on the way forgets it and a dead peer is noticed. */
const TCP_KEEP_ALIVE_MS = 30_000;

/** Opens a connection and reports once whether it is there. What it returns can be destroyed before. */
export type Connect = (options: buildConnector.Options, report: buildConnector.Callback) => Socket;

/** undici's own connector does not hand out what it is connecting, so that nothing could end it before its time-out. */
export function createConnector(secureContext: SecureContext): Connect {
  // The last one of each server: the next connection to it needs no certificates and no signatures.
  const sessions = new Map<string, Buffer>();

  const openSecurely = (hostname: string, port: number): Socket => {
    const server = `${hostname}:${port}`;
    return connectSecurely({
      ...addressOf(hostname, port),
      secureContext,
      servername: isIP(hostname) === 0 ? hostname : '',
      session: sessions.get(server),
      ALPNProtocols: ['http/1.1'],
    })
      .on('session', (session: Buffer) => void sessions.set(server, session))
      .once('error', () => sessions.delete(server));
  };

  return ({ protocol, hostname, port }, report) => {
    const isSecure = protocol === 'https:';
    const socket = isSecure
      ? openSecurely(hostname, Number(port || 443))
      : connectPlainly(addressOf(hostname, Number(port || 80)));
    const failed = (error: Error): void => report(error, null);
    return socket
      .setNoDelay(true)
      .setKeepAlive(true, TCP_KEEP_ALIVE_MS)
      .once('error', failed)
      .once(isSecure ? 'secureConnect' : 'connect', () => {
        socket.off('error', failed);
        report(null, socket);
      });
  };
}

/** Happy eyeballs (RFC 8305), with time for a slow way: each address gets two seconds before the next is tried. */
const addressOf = (host: string, port: number) => ({
  host,
  port,
  autoSelectFamily: true,
  autoSelectFamilyAttemptTimeout: ADDRESS_MS,
});
