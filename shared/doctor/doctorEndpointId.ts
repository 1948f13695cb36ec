import { createHash } from 'node:crypto';

/**
 * The doctor's own endpoint for an account, never the relay's. The same at each run, so that what a run which was
 * killed has left behind is found, and deleted, by the next.
 */
export function doctorEndpointId(sipUri: string): string {
  return createHash('sha256').update(`ucwa-relay doctor ${sipUri.toLowerCase()}`).digest('hex').slice(0, 32);
}
