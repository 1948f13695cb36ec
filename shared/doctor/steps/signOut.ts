import type { Clock } from '../../clock';
import { deleteApplication, openApplication } from '../../ucwa/application';
import type { Pool } from '../../ucwa/pool';
import type { Finding } from '../report';

/** What was asked of the server so far: `path` is unknown where the answer to POST applications never came. */
export type OwnApplication = { readonly endpointId: string; readonly path: string | undefined } | undefined;

/** Deletes the doctor's application, and only that: the endpoint stops ringing. One whose making was never answered is looked for first. */
export async function signOut(pool: Pool, own: OwnApplication, clock: Clock, signal: AbortSignal): Promise<Finding> {
  if (own === undefined) return { fact: 'nothing to sign out of', value: undefined, skipped: true };
  const now = (): number => clock.now();
  const path = own.path ?? (await openApplication(pool, own.endpointId, now, signal)).application.path;
  await deleteApplication(pool, path, now, signal);
  return { fact: 'the doctor’s application is deleted', value: undefined };
}
