import type { AccountSettings } from '../config/settings';
import type { RelayError } from '../errors/relayError';
import { parseResource } from './format/parseResource';
import type { Pool } from './pool';
import { accountRefused, unusableAvailability } from './signIn/refusals';
import { translateResponse } from './translateError';

const TIMEOUT_MS = 30_000;
/**
 * What a server takes from those whom it does not let register audio of their own; Messaging is never registered,
 * nobody would answer it.
 */
const FALLBACK_MODALITIES = ['PhoneAudio'];

/**
 * makeMeAvailable with the account's modalities, telephone and preferences; where the server forbids those, with
 * phone audio alone. Resolves with
 * what was granted, nothing where even that is forbidden. Already being available is success.
 */
export async function makeAvailable(
  pool: Pool,
  href: string,
  account: AccountSettings,
  now: () => number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { signInAs, phoneNumber, audioPreference } = account;
  for (const modalities of [account.modalities, FALLBACK_MODALITIES]) {
    const response = await pool.send({
      method: 'POST',
      href,
      contentType: 'application/json',
      body: JSON.stringify({ supportedModalities: modalities, signInAs, phoneNumber, audioPreference }),
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    if (response.status >= 200 && response.status < 300) return modalities;
    const error = translateResponse(response, now());
    if (response.status === 409 && error.extensions['subcode'] === 'AlreadyExists') return modalities;
    if (response.status === 400) throw accountRefused(unusableAvailability, saidOf(error.extensions), error.extensions);
    if (response.status !== 403) throw error;
  }
  return [];
}

function saidOf({ status, code, subcode }: RelayError['extensions']): string {
  return [status, code, subcode].filter((part) => typeof part === 'string' || typeof part === 'number').join(' ');
}

/**
 * Changes what is registered of an account that is available already (from a run with other settings): PUT of
 * `communication`, which wants back everything that it said, under the etag that it said it with (UCWA 2.0, "communication").
 * Resolves with whether the server let it.
 */
export async function changeModalities(
  pool: Pool,
  href: string,
  modalities: readonly string[],
  now: () => number,
  signal: AbortSignal,
): Promise<boolean> {
  const current = await pool.send({ method: 'GET', href, timeoutMs: TIMEOUT_MS, signal });
  if (current.status !== 200) throw translateResponse(current, now());
  const { properties, rel } = parseResource(current.text, current.contentType);
  const { etag } = properties;
  const response = await pool.send({
    method: 'PUT',
    href,
    contentType: 'application/json',
    ...(typeof etag === 'string' ? { ifMatch: `"${etag}"` } : {}),
    body: JSON.stringify({ ...properties, rel, supportedModalities: modalities }),
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  if (response.status >= 500) throw translateResponse(response, now());
  return response.status < 300;
}
