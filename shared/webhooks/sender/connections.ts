import { X509Certificate } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { RelayError } from '../../errors/relayError';

/** For each host and port: a subscriber has 16 at most, but many may share a host (flows do), and what is closed is opened anew. */
const MAX_IDLE_SOCKETS = 1024;
const IDLE_SOCKET_MS = 30_000;

/** Agents for http and https. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** The connections to subscribers. */
export interface Connections {
  /** Connections are kept for the next request. */
  readonly kept: Agents;
  /** Each request has a new connection. */
  readonly fresh: Agents;
  /** Closes every connection. */
  close(): void;
}

/**
 * @param caCertificate PEM of one or more private certification authorities, trusted beside the public ones. Error:
 * `settingsInvalid` when it is none.
 */
export function createConnections(caCertificate: string | undefined): Connections {
  const secureContext = createTrust(caCertificate);
  const keepAlive = { keepAlive: true, maxFreeSockets: MAX_IDLE_SOCKETS, timeout: IDLE_SOCKET_MS, noDelay: true };
  const once = { keepAlive: false, noDelay: true };
  const agents = (options: typeof keepAlive | typeof once): Agents => ({
    http: new HttpAgent(options),
    https: new HttpsAgent({ ...options, secureContext }),
  });
  const [kept, fresh] = [agents(keepAlive), agents(once)];
  return {
    kept,
    fresh,
    close() {
      for (const agent of [kept.http, kept.https, fresh.http, fresh.https]) agent.destroy();
    },
  };
}

/** Made once: for each connection anew, the certification authorities would be parsed again. */
function createTrust(caCertificate: string | undefined): SecureContext {
  if (caCertificate === undefined) return createSecureContext();
  try {
    // A context ignores what is no certificate.
    new X509Certificate(caCertificate);
  } catch {
    throw new RelayError('settingsInvalid', 'WEBHOOK_CA_CERTIFICATE is not a certificate in PEM form.');
  }
  return createSecureContext({ ca: [...rootCertificates, caCertificate] });
}
