import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { RelayError } from '../errors/relayError';

/** The connections to the pools, kept between requests. */
export interface Connections {
  /** For a request to this address; those on one event channel get the same. */
  agentOf(url: string): http.Agent;
  /** Cuts every one of them, whatever is under way. */
  close(): void;
}

/** Idle connections are closed by us before the pool (IIS: 120 s) closes them under a request that is being sent. */
const IDLE_CONNECTION_MS = 60_000;
const ADDRESS_MS = 2_000;
/** TCP probes on a waiting P-GET, so that no firewall on the way forgets it and a dead peer is noticed. */
const TCP_KEEP_ALIVE_MS = 30_000;

/**
 * Whenever a connection comes free, Node.js searches the list of all that its agent has to that host: with ten thousand it
 * was what an idle relay did most. So each group of addresses has an agent; that of a channel is always in the same.
 */
const GROUPS = 64;

/**
 * @param caCertificate PEM of a private certification authority, trusted beside the public ones. Error: `settingsInvalid`
 * when it is none.
 */
export function createConnections(caCertificate: string | undefined): Connections {
  // All are free at once where a thousand accounts publish: what is beyond `maxFreeSockets` (256) would be closed,
  // and opened anew a moment later.
  const pooled = {
    keepAlive: true,
    keepAliveMsecs: TCP_KEEP_ALIVE_MS,
    noDelay: true,
    maxSockets: Infinity,
    maxFreeSockets: Infinity,
    timeout: IDLE_CONNECTION_MS,
    // Happy eyeballs (RFC 8305), with time for a slow way: each address gets two seconds before the next is tried.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_MS,
  };
  const secure = { ...pooled, secureContext: secureContext(caCertificate) };
  const plainAgents = Array.from({ length: GROUPS }, () => forgetting(new http.Agent(pooled)));
  const secureAgents = Array.from({ length: GROUPS }, () => forgetting(new https.Agent(secure)));

  return {
    agentOf(url) {
      const agent = (url.startsWith('https:') ? secureAgents : plainAgents)[groupOf(url)];
      if (agent === undefined) throw new RangeError('There is no such group of connections.');
      return agent;
    },
    close() {
      for (const agent of [...plainAgents, ...secureAgents]) agent.destroy();
    },
  };
}

/** By what is before the query: on an event channel only that changes. */
function groupOf(url: string): number {
  const query = url.indexOf('?');
  let sum = 0;
  for (let at = 0; at < (query < 0 ? url.length : query); at += 1) sum = (sum * 31 + url.charCodeAt(at)) | 0;
  return (sum >>> 0) % GROUPS;
}

/**
 * A connection remembers, as long as it lives, the options of the request that opened it (Node.js, http.Agent): not
 * its headers, for there is a ticket in them.
 */
function forgetting<Agent extends http.Agent>(agent: Agent): Agent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    Reflect.deleteProperty(options, 'headers');
    return connect(options, callback);
  };
  return agent;
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
