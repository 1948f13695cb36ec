import { z } from 'zod';
import { RelayError } from '../../errors/relayError';

/** Who has signed in with App Service Authentication. */
export interface SignedInPerson {
  readonly objectId: string;
  readonly roles: readonly string[];
}

const principalSchema = z.looseObject({
  auth_typ: z.literal('aad'),
  claims: z.array(z.looseObject({ typ: z.string(), val: z.string() })),
});

/** Claims arrive by their short names or by those of WS-Federation, as the platform's settings have it. */
const claimTypes = {
  objectId: ['http://schemas.microsoft.com/identity/claims/objectidentifier', 'oid'],
  tenantId: ['http://schemas.microsoft.com/identity/claims/tenantid', 'tid'],
  role: ['roles', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'],
} as const;

/**
 * The person in `x-ms-client-principal`, which the platform writes after it has checked the sign-in, and removes from
 * whatever else comes in; undefined where nobody has signed in. Only to be asked where the platform does that
 * (`WEBSITE_AUTH_ENABLED`): anywhere else a caller writes the header. Errors: `unauthenticated` for a person of another
 * tenant or identity provider. Source: Azure App Service, "Work with user identities", Decode the client principal header.
 */
export function readSignedInPerson(header: string | null, tenantId: string): SignedInPerson | undefined {
  if (header === null) return undefined;
  const principal = principalSchema.safeParse(parseBase64Json(header));
  const valuesOf = (types: readonly string[]): string[] =>
    (principal.data?.claims ?? []).filter(({ typ }) => types.includes(typ)).map(({ val }) => val);
  const [objectId] = valuesOf(claimTypes.objectId);
  if (objectId === undefined || !valuesOf(claimTypes.tenantId).includes(tenantId))
    throw new RelayError('unauthenticated', 'Sign in with an account of the tenant that this relay belongs to.');
  return { objectId, roles: valuesOf(claimTypes.role) };
}

function parseBase64Json(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString());
  } catch {
    return undefined;
  }
}
