import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { RelayError } from '../errors/relayError';

/**
 * What connections trust: the public certification authorities, and beside them those of the setting. To be made once: for
 * each connection anew, the authorities would be parsed again.
 * @param caCertificate PEM of one or more private certification authorities. Error: `settingsInvalid` when it is none.
 * @param setting the name of the setting that has them, for the error.
 */
export function createTrust(caCertificate: string | undefined, setting: string): SecureContext {
  if (caCertificate === undefined) return createSecureContext();
  try {
    // The context would pass over in silence what is no certificate.
    new X509Certificate(caCertificate);
  } catch {
    throw new RelayError('settingsInvalid', `${setting} is not a certificate in PEM form.`);
  }
  return createSecureContext({ ca: [...rootCertificates, caCertificate] });
}
