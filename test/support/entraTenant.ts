import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JWTVerifyGetKey } from 'jose';

/** A tenant of Microsoft Entra ID that signs tokens for the relay. */
export interface EntraTenant {
  readonly entra: { readonly tenantId: string; readonly audiences: readonly string[] };
  readonly keys: JWTVerifyGetKey;
  /** An ID token of Dana Berg, who has the roles; for the relay, valid for an hour. */
  idToken(
    roles: readonly string[],
    change?: {
      readonly audience?: string;
      readonly issuer?: string;
      readonly expiresAtMs?: number;
      readonly name?: string;
    },
  ): Promise<string>;
}

const tenantId = '7a3d7d0e-6d0f-4c59-9d3c-0b1f0a1c2d3e';
const clientId = 'c0ffee00-1111-4222-8333-444455556666';

export async function createEntraTenant(nowMs: number): Promise<EntraTenant> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  return {
    entra: { tenantId, audiences: ['api://ucwa-relay', clientId] },
    keys: createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] }),
    idToken: (roles, { audience = clientId, issuer, expiresAtMs = nowMs + 3_600_000, name = 'Dana Berg' } = {}) =>
      new SignJWT({ roles, oid: 'object-of-dana', name })
        .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
        .setSubject('subject-of-dana')
        .setIssuer(issuer ?? `https://login.microsoftonline.com/${tenantId}/v2.0`)
        .setAudience(audience)
        .setExpirationTime(Math.floor(expiresAtMs / 1000))
        .sign(pair.privateKey),
  };
}
