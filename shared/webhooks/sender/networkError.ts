import type { NetworkErrorReason, SendResult } from '../delivery/classifyResponse';
import { AddressRefusedError } from './guardedLookup';

const reasons: Readonly<Record<string, NetworkErrorReason>> = {
  ENOTFOUND: 'nameNotFound',
  ENODATA: 'nameNotFound',
  EAI_AGAIN: 'nameNotFound',
  ESERVFAIL: 'nameNotFound',
  EREFUSED: 'nameNotFound',
  ETIMEOUT: 'nameNotFound',
  ECANCELLED: 'nameNotFound',
  EBADNAME: 'nameNotFound',
  ECONNREFUSED: 'connectionRefused',
  ECONNRESET: 'connectionReset',
  EPIPE: 'connectionReset',
  ETIMEDOUT: 'timeout',
};

/** What to do, by the code of the error. */
const advice: Readonly<Record<string, string>> = {
  ETIMEOUT: 'its name server does not respond',
  ECANCELLED: 'its name server does not respond',
  ESERVFAIL: 'its name server fails',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the server must send the intermediate certificate, or WEBHOOK_CA_CERTIFICATE must have its authority',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not trusted: put it into WEBHOOK_CA_CERTIFICATE',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not trusted: put it into WEBHOOK_CA_CERTIFICATE',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: put it into WEBHOOK_CA_CERTIFICATE',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not trusted: put it into WEBHOOK_CA_CERTIFICATE',
  EPROTO: 'it does not speak TLS as the relay does',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port',
};

const TLS_ERROR = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO)/;
/** Of Exchange: the response is not HTTP, its headers are too long, or it names two lengths. */
const REFUSED_BY_PARSER: ReadonlySet<string> = new Set([
  'UNEXPECTED_RESPONSE',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** Why a request failed, with what a person needs to find the cause; holds nothing of URL and headers. */
export function translateNetworkError(
  error: unknown,
): Pick<Extract<SendResult, { kind: 'networkError' }>, 'reason' | 'detail'> {
  if (error instanceof AddressRefusedError) return { reason: 'addressRefused', detail: error.message };
  const code = codeOf(error);
  const help = advice[code];
  const detail = help === undefined ? code : `${code}: ${help}`;
  if (TLS_ERROR.test(code)) return { reason: 'tls', detail };
  if (isRefusedByParser(error)) {
    const cause = error instanceof Error ? codeOf(error.cause) : '';
    return { reason: 'invalidResponse', detail: `${cause || code}: its response is not HTTP` };
  }
  return { reason: reasons[code] ?? 'network', detail };
}

/** Whether there is a response that the parser refused: no HTTP, or HTTP that is not quite so. */
export const isRefusedByParser = (error: unknown): boolean => REFUSED_BY_PARSER.has(codeOf(error));

/** By shape and not by class: the error may come from another realm. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}
