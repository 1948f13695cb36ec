import { jwtVerify, type JWTVerifyGetKey } from 'jose';
import { RelayError } from '../../errors/relayError';

/** Application roles of the API. A key alone has every role. */
export const roles = [
  'Invitations.Read',
  'Invitations.Command',
  'Subscriptions.Manage',
  'Accounts.Manage',
  'Operations.Manage',
] as const;
export type Role = (typeof roles)[number];

export interface VerifiedToken {
  readonly subject: string;
  /** As people know the caller; absent where the token does not say. */
  readonly name?: string;
  readonly roles: readonly string[];
}

export interface EntraSettings {
  readonly tenantId: string;
  /** What `aud` may be: the application ID URI (v1 tokens) and the client id (v2 tokens). */
  readonly audiences: readonly string[];
}

/**
 * Checks a bearer token of Microsoft Entra ID, v1 or v2: RS256 signature by a key of the tenant, issuer, audience, expiry
 * (a minute of clock skew). Errors: `unauthenticated`, saying which of these failed and nothing of the token;
 * `identityUnavailable` when the tenant's keys cannot be fetched.
 * Source: Microsoft identity platform, "Access tokens", Validate tokens.
 */
export async function verifyToken(
  authorization: string | null,
  entra: EntraSettings,
  keys: JWTVerifyGetKey,
  nowMs: number,
): Promise<VerifiedToken> {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined)
    throw new RelayError('unauthenticated', 'A bearer token is required: Authorization: Bearer <token>.');
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      issuer: [
        `https://login.microsoftonline.com/${entra.tenantId}/v2.0`,
        `https://sts.windows.net/${entra.tenantId}/`,
      ],
      audience: [...entra.audiences],
      clockTolerance: 60,
      currentDate: new Date(nowMs),
      requiredClaims: ['exp', 'sub'],
    });
    const name = [payload.name, payload.preferred_username].find((claim) => typeof claim === 'string');
    return {
      ...(name !== undefined && { name }),
      subject: typeof payload.oid === 'string' ? payload.oid : (payload.sub ?? ''),
      roles: Array.isArray(payload.roles) ? payload.roles.map(String) : [],
    };
  } catch (error) {
    // Not the caller's fault: jose could not fetch the tenant's keys, or not read them.
    if (!isJoseVerdict(error))
      throw new RelayError(
        'identityUnavailable',
        'The tenant’s signing keys cannot be fetched from Microsoft Entra ID.',
        { cause: error },
      );
    throw new RelayError('unauthenticated', `The bearer token is not valid: ${reasonOf(error)}.`, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'it has expired',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature does not match',
  ERR_JWKS_NO_MATCHING_KEY: 'it is signed by a key that is not the tenant’s',
  ERR_JOSE_ALG_NOT_ALLOWED: 'its algorithm is not RS256',
};

function reasonOf(error: unknown): string {
  const { code, claim } = { code: undefined, claim: undefined, ...(error as { code?: unknown; claim?: unknown }) };
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED') return `its ${String(claim)} is not what this API expects`;
  return reasons[String(code)] ?? 'it cannot be read';
}

/**
 * jose's word on the token itself; keys that cannot be had are ERR_JWKS_TIMEOUT, ERR_JOSE_GENERIC, or a network error
 * without such a code.
 */
function isJoseVerdict(error: unknown): boolean {
  const { code } = { code: undefined, ...(error as { code?: unknown }) };
  return (
    typeof code === 'string' &&
    (code === 'ERR_JWKS_NO_MATCHING_KEY' || (/^ERR_J(WT|WS|WE|WK|OSE)_/.test(code) && code !== 'ERR_JOSE_GENERIC'))
  );
}
