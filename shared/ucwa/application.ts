import { RelayError } from '../errors/relayError';
import { parseResource } from './format/parseResource';
import type { Pool } from './pool';
import { embeddedOf, linkOf, type Resource } from '../invitations/resource';
import { lastSegment, toPath } from './toPath';
import { translateResponse } from './translateError';

const TIMEOUT_MS = 30_000;

/** An application as it is kept: nothing of the resource beyond what is used again. */
export interface Application {
  /** `/ucwa/oauth/v1/applications/102`. */
  readonly path: string;
  /** The path with the query of the self link (an instanceId, seen nowhere yet), under which the application itself is asked for. */
  readonly selfHref: string;
  readonly id: string;
  /** The channel where it stands: the link carries the current ack. */
  readonly eventsHref: string;
  /** Absent once the account is available, or where policy does not allow it. */
  readonly makeMeAvailableHref: string | undefined;
  readonly reportMyActivityHref: string | undefined;
  readonly communicationHref: string | undefined;
  /** The user's name, where `me` tells it. */
  readonly displayName: string | undefined;
  /** What is registered, if the server says. */
  readonly modalities: readonly string[] | undefined;
}

/**
 * POST applications: the application of this endpoint, made (`created`) or found. The same endpointId always leads to
 * the same application while that lives, which is what makes UCWA the cursor. Errors: as Pool.send, translateResponse.
 */
export async function openApplication(
  pool: Pool,
  endpointId: string,
  now: () => number,
  signal: AbortSignal,
): Promise<{ readonly application: Application; readonly created: boolean }> {
  const response = await pool.send({
    method: 'POST',
    href: (await pool.applicationsUrl(signal)).href,
    contentType: 'application/json',
    body: JSON.stringify({ userAgent: 'ucwa-relay', endpointId, culture: 'en-US' }),
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  if (response.status !== 200 && response.status !== 201) throw translateResponse(response, now());
  return {
    application: toApplication(parseResource(response.text, response.contentType)),
    created: response.status === 201,
  };
}

/** GET application: as it is now, for example after makeMeAvailable. */
export async function readApplication(
  pool: Pool,
  path: string,
  now: () => number,
  signal: AbortSignal,
): Promise<Application> {
  const response = await pool.send({ method: 'GET', href: path, timeoutMs: TIMEOUT_MS, signal });
  if (response.status !== 200) throw translateResponse(response, now());
  return toApplication(parseResource(response.text, response.contentType));
}

function toApplication(resource: Resource): Application {
  const self = linkOf(resource, 'self');
  const events = linkOf(resource, 'events');
  if (self === undefined || events === undefined)
    throw new RelayError('responseUnreadable', 'Skype for Business answered an application without self or events.');
  const selfHref = toPath(self.href);
  const path = selfHref.replace(/\?.*$/s, '');
  const me = embeddedOf(resource, 'me');
  const communication = embeddedOf(resource, 'communication');
  const modalities = communication?.properties['supportedModalities'];
  const name = me?.properties['name'];
  return {
    path,
    selfHref,
    id: lastSegment(path),
    eventsHref: events.href,
    makeMeAvailableHref: linkOf(me, 'makeMeAvailable')?.href,
    reportMyActivityHref: linkOf(me, 'reportMyActivity')?.href,
    communicationHref: linkOf(communication, 'self')?.href,
    displayName: typeof name === 'string' && name !== '' ? name : undefined,
    modalities: Array.isArray(modalities) ? modalities.filter((each) => typeof each === 'string') : undefined,
  };
}

/** Whether the account counts as active again; false when it must be made available first (409 MakeMeAvailableRequired). */
export async function reportActivity(
  pool: Pool,
  href: string,
  now: () => number,
  signal: AbortSignal,
): Promise<boolean> {
  const response = await pool.send({ method: 'POST', href, timeoutMs: TIMEOUT_MS, signal });
  if (response.status >= 200 && response.status < 300) return true;
  if (response.status === 409) return false;
  throw translateResponse(response, now());
}

/** DELETE application: the endpoint stops ringing. One that is gone already is as good. */
export async function deleteApplication(
  pool: Pool,
  path: string,
  now: () => number,
  signal: AbortSignal,
): Promise<void> {
  const response = await pool.send({ method: 'DELETE', href: path, timeoutMs: TIMEOUT_MS, signal });
  if (response.status >= 300 && response.status !== 404 && response.status !== 410)
    throw translateResponse(response, now());
}
