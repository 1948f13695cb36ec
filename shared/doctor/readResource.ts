import { parseResource } from '../ucwa/format/parseResource';
import type { Pool } from '../ucwa/pool';
import type { Resource } from '../invitations/resource';
import { translateResponse } from '../ucwa/translateError';

const TIMEOUT_MS = 15_000;

/** GET on the application's origin. Errors: as Pool.send and translateResponse; `responseUnreadable`. */
export async function readResource(pool: Pool, href: string, signal: AbortSignal): Promise<Resource> {
  const response = await pool.send({ method: 'GET', href, timeoutMs: TIMEOUT_MS, signal });
  if (response.status !== 200) throw translateResponse(response, 0);
  return parseResource(response.text, response.contentType);
}
