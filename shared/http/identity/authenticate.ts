import { createHash } from 'node:crypto';
import type { HttpRequest } from '@azure/functions';
import type { JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../clock';
import { RelayError } from '../../errors/relayError';
import { roles, verifyToken, type EntraSettings, type Role } from './tokenVerifier';

/** Who calls: what the audit names. */
export interface Caller {
  /** The token's object id (or subject), else `key:<first characters of the key's hash>`. */
  readonly name: string;
  readonly authentication: 'key' | 'token';
  /** What the caller may do. */
  readonly roles: readonly string[];
}

export interface AuthenticationPorts {
  readonly entra: EntraSettings | undefined;
  /** Whether App Service Authentication stands before this process and alone writes the headers `x-ms-client-principal*`. */
  readonly signInByPlatform: boolean;
  /** The tenant's signing keys; fetched and cached by jose. Only asked for where `entra` is set. */
  readonly tenantKeys: () => JWTVerifyGetKey;
  readonly clock: Clock;
}

/**
 * The platform has checked the function key before this runs (authLevel `function`). Where `ENTRA_*` is set, a valid bearer
 * token with the role is needed too; without it a key alone has every role.
 * Errors: `unauthenticated`, `forbidden` (naming the role).
 */
export async function authenticate(
  request: Pick<HttpRequest, 'headers' | 'query'>,
  role: Role,
  ports: AuthenticationPorts,
): Promise<Caller> {
  if (ports.entra === undefined) return { name: keyName(request), authentication: 'key', roles };
  const token = await verifyToken(
    request.headers.get('authorization'),
    ports.entra,
    ports.tenantKeys(),
    ports.clock.now(),
  );
  const caller: Caller = { name: token.subject, authentication: 'token', roles: token.roles };
  requireRole(caller, role);
  return caller;
}

/** Errors: `forbidden`, naming the role, for a caller who lacks it. */
export function requireRole(caller: Pick<Caller, 'roles'>, role: Role): void {
  if (!caller.roles.includes(role))
    throw new RelayError('forbidden', `This needs the application role ${role}.`, { extensions: { role } });
}

/**
 * By the key that the platform has checked: of several headers, which arrive joined by commas, the first; the query's `code`
 * only without a header (azure-functions-host, AuthenticationLevelHandler).
 */
function keyName(request: Pick<HttpRequest, 'headers' | 'query'>): string {
  const [key = ''] = request.headers.get('x-functions-key')?.split(',') ?? [request.query.get('code') ?? ''];
  return `key:${createHash('sha256').update(key.trim()).digest('hex').slice(0, 12)}`;
}
