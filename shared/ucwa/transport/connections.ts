import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { RelayError } from '../../errors/relayError';
import { createConnector } from './connector';
import { PoolConnection } from './poolConnection';

/** The connections to the pools, kept between requests. */
export interface Connections {
  /**
   * One to this origin (`https://pool.contoso.com`) on which nothing is under way: the one that was released last, else a
   * new one. There may be as many as are asked for.
   */
  acquire(origin: string): PoolConnection;
  /** Cuts every one of them, whatever is under way. */
  close(): void;
}

/**
 * @param caCertificate PEM of a private certification authority, trusted beside the public ones. Error: `settingsInvalid`
 * when it is none.
 */
export function createConnections(caCertificate: string | undefined): Connections {
  const connect = createConnector(secureContext(caCertificate));
  const all = new Set<PoolConnection>();
  // Not undici's Pool, which searches the list of all its connections for a free one at each request.
  const idle = new Map<string, PoolConnection[]>();

  const open = (origin: string): PoolConnection => {
    const idleThere = idle.get(origin) ?? [];
    idle.set(origin, idleThere);
    const connection = new PoolConnection(origin, connect, {
      released: () => void idleThere.push(connection),
      // Those that have been idle for too long are found at once: they are at the front.
      disconnected: () => {
        const at = idleThere.indexOf(connection);
        if (at < 0) return;
        idleThere.splice(at, 1);
        all.delete(connection);
      },
      cut: () => void all.delete(connection),
    });
    all.add(connection);
    return connection;
  };

  return {
    acquire: (origin) => idle.get(origin)?.pop() ?? open(origin),
    close() {
      idle.clear();
      for (const connection of all) connection.cut();
    },
  };
}

/** Made once: for each connection anew, the certification authorities would be parsed again. */
function secureContext(caCertificate: string | undefined): SecureContext {
  if (caCertificate === undefined) return createSecureContext();
  try {
    // The context would pass over in silence what is no certificate.
    new X509Certificate(caCertificate);
  } catch {
    throw new RelayError('settingsInvalid', 'UCWA_CA_CERTIFICATE is not a certificate in PEM form.');
  }
  return createSecureContext({ ca: [...rootCertificates, caCertificate] });
}
