import { isIP } from 'node:net';
import {
  checkServerIdentity,
  connect,
  rootCertificates,
  type Certificate,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls';
import type { Clock } from '../clock';
import { DiagnosticError } from './diagnosticError';

/** What a server shows of itself, and whether it would be taken. */
export interface ServerCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly expiresAtMs: number;
  readonly isForName: boolean;
  /** Node's code for why it is not taken. */
  readonly problem: string | undefined;
}

const TIMEOUT_MS = 15_000;

/**
 * Shakes hands with the server, trusting what the relay trusts, and looks at its certificate whether that is trusted
 * or not. Nothing is sent. A DiagnosticError where no handshake comes about within 15 s.
 */
export async function readCertificate(
  { hostname, port, host }: URL,
  caCertificate: string | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<ServerCertificate | DiagnosticError> {
  const name = hostname.replace(/^\[|\]$/g, '');
  const settled = new AbortController();
  const timedOut = clock
    .sleep(TIMEOUT_MS, AbortSignal.any([settled.signal, signal]))
    .then(() => new DiagnosticError(`${host} does not answer`, `Open the way from here to ${host} in the firewall.`));
  const socket = connect({
    host: name,
    port: Number(port) || 443,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: false, // an untrusted one is looked at, and told of
    ...(caCertificate === undefined ? {} : { ca: [...rootCertificates, caCertificate] }),
  });
  try {
    return await Promise.race([handshake(socket, name, host), timedOut]);
  } finally {
    settled.abort();
    socket.destroy();
  }
}

function handshake(socket: TLSSocket, name: string, host: string): Promise<ServerCertificate | DiagnosticError> {
  return new Promise((resolve) => {
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) =>
      resolve(
        new DiagnosticError(
          `${host} cannot be spoken to over TLS (${code ?? message})`,
          `See that ${host} can be reached from here and speaks TLS 1.2 or later there.`,
        ),
      ),
    );
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      const problem: unknown = socket.authorizationError; // typed an Error, it is that error's code
      resolve({
        subject: nameOf(certificate.subject),
        issuer: nameOf(certificate.issuer),
        expiresAtMs: Date.parse(certificate.valid_to),
        isForName: isFor(name, certificate),
        problem: socket.authorized ? undefined : typeof problem === 'string' ? problem : 'not trusted',
      });
    });
  });
}

function isFor(name: string, certificate: PeerCertificate): boolean {
  return checkServerIdentity(name, certificate) === undefined;
}

function nameOf(distinguishedName: Certificate): string {
  return (
    [distinguishedName.CN, distinguishedName.O].flat().find((part) => part !== undefined && part !== '') ?? '(no name)'
  );
}
