const UNTRUSTED = 'Put the PEM of the certification authority that issued it into UCWA_CA_CERTIFICATE.';

/** By node:tls's own codes of a certificate that is not taken. */
const advice: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Set UCWA_DISCOVERY_URL to a name that the certificate is for, or have one issued that names this host.',
  CERT_HAS_EXPIRED: 'Renew the certificate on the server.',
  CERT_NOT_YET_VALID: 'Correct this machine’s clock, or the certificate: it is not valid yet.',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${UNTRUSTED.slice(0, -1)}, and have the server send its intermediate certificates.`,
};

/** What to do about a certificate that Node does not take; undefined for a code that is none of a certificate. */
export function certificateAdvice(networkCode: string | undefined): string | undefined {
  return networkCode === undefined ? undefined : advice[networkCode];
}
